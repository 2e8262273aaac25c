<?php
// Sets WordPress up over photographs, in the ways its editors show them, or renders one of its posts.
// What is printed on set-up is the truth: the sizes that WordPress says it made.
$_SERVER += ['HTTP_HOST' => 'wordpress.example', 'SERVER_NAME' => 'wordpress.example', 'REQUEST_METHOD' => 'GET', 'HTTPS' => 'on', 'SERVER_PROTOCOL' => 'HTTP/1.1'];
[, $home, $task, $argument] = $argv;

if ($task === 'render') {
  $_GET['p'] = $argument;
  $_SERVER['REQUEST_URI'] = "/?p=$argument";
  $_SERVER['QUERY_STRING'] = "p=$argument";
  define('WP_USE_THEMES', true);
  require "$home/wp-blog-header.php";
  exit;
}
$_SERVER['REQUEST_URI'] = '/';
if ($task === 'theme') {
  require "$home/wp-load.php";
  switch_theme($argument);
  exit;
}

define('WP_INSTALLING', true);
require "$home/wp-load.php";
require_once "$home/wp-admin/includes/upgrade.php";
require_once "$home/wp-admin/includes/image.php";
wp_install('Photographs', 'editor', 'editor@wordpress.example', true, '', 'none');

function upload(string $file): int {
  $up = wp_upload_bits(basename($file), null, file_get_contents($file));
  $id = wp_insert_attachment(['post_title' => pathinfo($file, PATHINFO_FILENAME), 'post_mime_type' => 'image/jpeg', 'post_status' => 'inherit'], $up['file']);
  wp_update_attachment_metadata($id, wp_generate_attachment_metadata($id, $up['file']));
  return $id;
}
function size(int $id, string $name): string { return wp_get_attachment_image_url($id, $name); }
/** All that a srcset may name, smallest first, and the file itself. */
function sizes(int $id): array { return array_values(array_unique(array_map(fn ($name) => size($id, $name), ['medium', 'medium_large', 'large', '1536x1536', '2048x2048', 'full']))); }
/** The largest that core puts in a srcset (2,048 pixels wide at most), or what is linked to. */
function largest(int $id): string {
  $meta = wp_get_attachment_metadata($id);
  if ($meta['width'] <= 2048) return wp_get_attachment_url($id);
  return size($id, isset($meta['sizes']['2048x2048']) ? '2048x2048' : '1536x1536');
}
/** The smallest that keeps its shape and has 160 pixels on the short side. */
function least(int $id): string {
  foreach (['medium', 'medium_large', 'large'] as $name) {
    [$url, $width, $height] = wp_get_attachment_image_src($id, $name);
    if (min($width, $height) >= 160) return $url;
  }
  return wp_get_attachment_url($id);
}
function pair(int $id, string $thumbnail, string $full): array { return ['thumbnails' => [$thumbnail], 'full' => $full, 'also' => sizes($id)]; }
function block(int $id, string $to): string {
  $image = sprintf('<img src="%s" alt="" class="wp-image-%d"/>', esc_url(size($id, 'large')), $id);
  $href = $to === 'media' ? wp_get_attachment_url($id) : get_attachment_link($id);
  $inner = $to === 'none' ? $image : sprintf('<a href="%s">%s</a>', esc_url($href), $image);
  return sprintf('<!-- wp:image {"id":%d,"sizeSlug":"large","linkDestination":"%s"} --><figure class="wp-block-image size-large">%s</figure><!-- /wp:image -->', $id, $to, $inner);
}
function gallery(array $ids, string $to): string {
  return sprintf('<!-- wp:gallery {"linkTo":"%s"} --><figure class="wp-block-gallery has-nested-images columns-default is-cropped">%s</figure><!-- /wp:gallery -->', $to, implode("\n\n", array_map(fn ($id) => block($id, $to), $ids)));
}

$albums = array_map(fn ($folder) => array_map('upload', glob("$folder/*.jpg")), glob("$argument/*", GLOB_ONLYDIR));
[$ids, $others] = $albums;
$list = implode(',', $ids);
$file = fn ($id) => wp_get_attachment_url($id);
$posts = [
  ['block gallery, linked to files', gallery($ids, 'media'), array_map(fn ($id) => pair($id, least($id), $file($id)), $ids), []],
  ['block gallery, linked to nothing', gallery($ids, 'none'), array_map(fn ($id) => pair($id, least($id), largest($id)), $ids), []],
  ['block gallery, linked to pages', gallery($others, 'attachment'), array_map(fn ($id) => pair($id, least($id), largest($id)), $others), []],
  ['classic gallery, linked to files', "[gallery link=\"file\" ids=\"$list\"]", array_map(fn ($id) => pair($id, size($id, 'thumbnail'), $file($id)), $ids), []],
  ['classic gallery of medium size, linked to files', "[gallery link=\"file\" size=\"medium\" ids=\"$list\"]", array_map(fn ($id) => pair($id, least($id), $file($id)), $ids), []],
  ['classic gallery, linked to pages', "[gallery ids=\"$list\"]", [], array_map(fn ($id) => size($id, 'thumbnail'), $ids)],
  ['images among words', implode("\n\n", array_map(fn ($id) => "<!-- wp:paragraph --><p>We went on.</p><!-- /wp:paragraph -->\n\n" . block($id, 'media'), $others)), array_map(fn ($id) => pair($id, least($id), $file($id)), $others), []],
];
$made = array_map(function ($post) {
  [$title, $content, $pairs, $singles] = $post;
  return ['id' => wp_insert_post(['post_title' => $title, 'post_content' => $content, 'post_status' => 'publish'], true), 'title' => $title, 'pairs' => $pairs, 'singles' => $singles];
}, $posts);
echo "\n", json_encode($made);
