/**
 * XPath over the page's tree. fontoxpath asks for nodes of the DOM; htmlparser2's have other names for the
 * same things, so each is wrapped once, when it is first met. The library (50 ms to load) is only loaded when
 * a recipe uses XPath. HTML's names are in no namespace here, so that `//a` means what its writer means.
 */
import { createRequire } from 'node:module'
import type { AnyNode, Document, Element } from 'domhandler'
import type { IDomFacade } from 'fontoxpath'

/** What an expression gives: elements, or text (of attributes, text nodes, strings, numbers, booleans). */
export type XPathResult = { readonly element: Element } | { readonly text: string }

type Library = typeof import('fontoxpath')
type Node = Parameters<IDomFacade['getChildNodes']>[0]

let library: Library | null = null
const load = (): Library => (library ??= createRequire(import.meta.url)('fontoxpath') as Library)

class TreeNode {
  readonly of: AnyNode
  readonly namespaceURI = null
  readonly prefix = null
  private kids: TreeNode[] | null = null
  private attributes: AttributeNode[] | null = null

  constructor(of: AnyNode) {
    this.of = of
  }

  get nodeType(): number {
    return this.of.nodeType
  }

  get localName(): string {
    return 'name' in this.of ? this.of.name : ''
  }

  get nodeName(): string {
    return this.localName
  }

  get data(): string {
    return 'data' in this.of ? this.of.data : ''
  }

  get children(): readonly TreeNode[] {
    return (this.kids ??= 'children' in this.of ? this.of.children.map(wrapped) : [])
  }

  get attribs(): readonly AttributeNode[] {
    return (this.attributes ??= 'attribs' in this.of
      ? Object.entries(this.of.attribs).map(([name, value]) => new AttributeNode(this, name, value))
      : [])
  }
}

class AttributeNode {
  readonly nodeType = 2
  readonly namespaceURI = null
  readonly prefix = null
  readonly owner: TreeNode
  readonly name: string
  readonly value: string

  constructor(owner: TreeNode, name: string, value: string) {
    this.owner = owner
    this.name = name
    this.value = value
  }

  get localName(): string {
    return this.name
  }

  get nodeName(): string {
    return this.name
  }

  get data(): string {
    return this.value
  }
}

const wrappers = new WeakMap<AnyNode, TreeNode>()
const wrapped = (node: AnyNode): TreeNode => {
  let wrapper = wrappers.get(node)
  if (wrapper === undefined) wrappers.set(node, (wrapper = new TreeNode(node)))
  return wrapper
}
const maybe = (node: AnyNode | null | undefined): TreeNode | null => (node === null || node === undefined ? null : wrapped(node))

type Wrapper = TreeNode | AttributeNode
const inTree = (node: Wrapper): AnyNode | null => (node instanceof TreeNode ? node.of : null)
const childrenOf = (node: Wrapper): readonly AnyNode[] => {
  const of = inTree(node)
  return of !== null && 'children' in of ? of.children : []
}

/** The questions of fontoxpath's IDomFacade; the buckets it hints at are not needed for a right answer. */
const facade = {
  getAllAttributes: (node: Wrapper) => (node instanceof TreeNode ? node.attribs : []),
  getAttribute: (node: Wrapper, name: string) =>
    node instanceof TreeNode ? (node.attribs.find((attribute) => attribute.name === name)?.value ?? null) : null,
  getChildNodes: (node: Wrapper) => (node instanceof TreeNode ? node.children : []),
  getData: (node: Wrapper) => node.data,
  getFirstChild: (node: Wrapper) => maybe(childrenOf(node)[0]),
  getLastChild: (node: Wrapper) => maybe(childrenOf(node).at(-1)),
  getNextSibling: (node: Wrapper) => maybe(inTree(node)?.next),
  getPreviousSibling: (node: Wrapper) => maybe(inTree(node)?.prev),
  getParentNode: (node: Wrapper) => (node instanceof TreeNode ? maybe(node.of.parent) : node.owner),
} as unknown as IDomFacade

const resultOf = (value: unknown): XPathResult | null => {
  if (value instanceof AttributeNode) return { text: value.value }
  if (value instanceof TreeNode) {
    const { of } = value
    return 'attribs' in of ? { element: of } : 'data' in of ? { text: of.data } : null
  }
  return value === null || value === undefined || typeof value === 'object' ? null : { text: String(value) }
}

/**
 * @returns at most `max` results, in document order
 * @throws Error of fontoxpath, whose message begins with the code that the standard has for it
 */
export const evaluateXPath = (expression: string, context: Element | Document, max: number): XPathResult[] => {
  const { evaluateXPath: evaluate } = load()
  const options = {
    language: evaluate.XPATH_3_1_LANGUAGE,
    namespaceResolver: (prefix: string) => (prefix === '' ? null : undefined) as string | null,
  }
  const results = evaluate(expression, wrapped(context) as unknown as Node, facade, {}, evaluate.ALL_RESULTS_TYPE, options) as unknown[]
  return results.slice(0, max).flatMap((value) => resultOf(value) ?? [])
}
