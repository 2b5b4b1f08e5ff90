/// What happens to the images that do not fill a whole batch at the end of an epoch.
package enum LastBatch: String, Sendable, CaseIterable {
  /// They wait for another epoch's order.
  case drop
  /// They make a short batch.
  case keep
  /// Each shard fills its part of the batch from the beginning of its own order of that epoch.
  case wrap
}
