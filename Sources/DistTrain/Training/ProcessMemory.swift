import Files
import Glibc

/// The memory of this process, as counted by the kernel (proc(5), /proc/pid/status).
package enum ProcessMemory {
  /// Bytes resident now.
  package static var resident: Int { bytes("VmRSS") }
  /// The most bytes that have been resident since the process began.
  package static var peak: Int { bytes("VmHWM") }

  /// Bytes of addresses that are taken, touched or not.
  package static var addresses: Int { bytes("VmSize") }

  /// The most bytes of addresses that the process may take (`ulimit -v`; getrlimit(2), RLIMIT_AS); nil for no limit.
  package static var addressLimit: Int? {
    var limit = rlimit()
    let addressSpace = __rlimit_resource_t(9)  // RLIMIT_AS, an enumerator that Swift does not import
    guard getrlimit(addressSpace, &limit) == 0 else { return nil }
    return Int(exactly: limit.rlim_cur)
  }

  /// Gives large blocks back to the system as soon as they are freed.
  ///
  /// glibc raises the size from which it does so to that of the largest block freed so far (mallopt(3)); temporary
  /// memory of a checkpoint or an image would stay, in addition to the planned memory.
  package static func returnLargeBlocks() {
    // <malloc.h> is not in Swift's Glibc module, and other C libraries have no mallopt.
    guard let mallopt = dlsym(nil, "mallopt") else { return }
    let mmapThreshold: Int32 = -3  // M_MMAP_THRESHOLD
    _ = unsafeBitCast(mallopt, to: (@convention(c) (Int32, Int32) -> Int32).self)(mmapThreshold, 1 << 20)
  }

  /// Bytes as a user reads them.
  package static func megabytes(_ bytes: Int) -> String { "\((bytes + 500_000) / 1_000_000) MB" }

  private static func bytes(_ key: String) -> Int {
    guard let status = (try? contents(ofFile: "/proc/self/status")) ?? nil else { return 0 }
    for line in String(decoding: status, as: UTF8.self).split(separator: "\n") {
      let words = line.split { $0 == " " || $0 == "\t" || $0 == ":" }
      if words.count > 1, words[0] == key, let kibibytes = Int(words[1]) { return kibibytes << 10 }
    }
    return 0
  }
}
