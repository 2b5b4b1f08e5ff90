import Glibc

/// What this process holds in memory, as the kernel counts it (proc(5), /proc/pid/status).
enum ProcessMemory {
  /// Bytes resident now.
  static var resident: Int { bytes("VmRSS") }
  /// The most bytes that have been resident since the process began.
  static var peak: Int { bytes("VmHWM") }

  /// Gives large blocks back to the system as soon as they are freed.
  ///
  /// glibc raises the size from which it does so to that of the largest block freed so far (mallopt(3)); what a checkpoint
  /// or a picture needed for a moment would stay, beside the memory that is planned.
  static func returnLargeBlocks() {
    // <malloc.h> is not in Swift's Glibc module, and other C libraries have no mallopt.
    guard let mallopt = dlsym(nil, "mallopt") else { return }
    let mmapThreshold: Int32 = -3  // M_MMAP_THRESHOLD
    _ = unsafeBitCast(mallopt, to: (@convention(c) (Int32, Int32) -> Int32).self)(mmapThreshold, 1 << 20)
  }

  /// Bytes as a user reads them.
  static func megabytes(_ bytes: Int) -> String { "\((bytes + 500_000) / 1_000_000) MB" }

  private static func bytes(_ key: String) -> Int {
    guard let file = fopen("/proc/self/status", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let words = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        .split { $0 == " " || $0 == "\t" || $0 == ":" || $0 == "\n" }
      if words.count > 1, words[0] == key, let kibibytes = Int(words[1]) { return kibibytes << 10 }
    }
    return 0
  }
}
