import Glibc

/// Shows whether a file may have changed though its size and modification time are the same: its inode and the time of
/// its last status change, which programs cannot set, in one number that is not 0.
///
/// Equal stamps mean the same contents. Different stamps mean only that the contents must be compared: a copy, another
/// host and a change of permissions give other stamps, too.
package struct FileStamp: Hashable, Sendable {
  package let value: UInt64

  package init(value: UInt64) { self.value = value == 0 ? 1 : value }

  init(_ status: stat) {
    let changed = UInt64(bitPattern: Int64(status.st_ctim.tv_sec)) &* 1_000_000_000 &+ UInt64(status.st_ctim.tv_nsec)
    self.init(value: Self.mixed(Self.mixed(UInt64(status.st_ino)) ^ changed))
  }

  /// A bijection whose every output bit depends on every input bit (Steele et al. 2014, SplitMix64's finalizer).
  private static func mixed(_ value: UInt64) -> UInt64 {
    var value = value &+ 0x9E37_79B9_7F4A_7C15
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}
