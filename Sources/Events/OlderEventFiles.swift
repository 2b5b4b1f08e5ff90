import Foundation

/// The event files of earlier starts of a run.
struct OlderEventFiles {
  static let prefix = "events.out.tfevents."

  /// In their names; 0 if there is none.
  private(set) var greatestSeconds = 0
  /// Seconds since 1970, by the file system's clock.
  private(set) var lastWritten = 0.0

  /// Those in `folder`; none if it cannot be read, of which the new file's creation gives the reason.
  init(in folder: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.hasPrefix(Self.prefix) {
      let digits = name.dropFirst(Self.prefix.count).prefix { $0.isASCII && $0.isNumber }
      // Ten digits, as they will be until 2286: names of other lengths have another order.
      guard digits.count == 10, let seconds = Int(digits) else { continue }
      greatestSeconds = max(greatestSeconds, seconds)
      var status = stat()
      guard lstat("\(folder)/\(name)", &status) == 0 else { continue }
      lastWritten = max(lastWritten, Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) * 1e-9)
    }
  }
}
