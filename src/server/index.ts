/** HTTP: a thin edge over the rooms that do the work. */
export { addAssetRoutes, blobPath, type AssetRouteOptions } from './asset-routes.ts'
export { addFleetRoutes, type FleetRouteOptions } from './fleet-routes.ts'
export { createHttpServer, type HttpServerOptions } from './http-server.ts'
export { listenAt } from './listen.ts'
export { addMetrics, type Metrics, type MetricsOptions } from './metrics.ts'
export { HttpProblem, problemOf, type ProblemCode } from './problem.ts'
export { addRequestRoutes, type RequestRouteOptions } from './request-routes.ts'
export { UPLOAD_PACE, type UploadPace } from './upload.ts'
