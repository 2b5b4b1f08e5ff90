/// Where a cache of decoded images is kept, and how large its folder may become.
package struct CachePlace: Sendable {
  /// Seconds without use after which a cache is removed where another one needs its room: 30 days.
  package static let idle = 30 * 86_400

  package let folder: String
  /// Bytes that the folder's caches may take up together; nil for no limit.
  package let limit: Int?

  package init(folder: String, limit: Int? = nil) { (self.folder, self.limit) = (folder, limit) }
}
