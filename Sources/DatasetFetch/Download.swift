import Files
import Foundation
import Reporting

/// Downloads one published file: resumes, retries, checks it, and only then gives it its name.
package struct Download {
  let file: RemoteFile
  /// The path of the whole file.
  let target: String
  /// The expected checksum; nil if none is known yet.
  let expected: Checksum?
  /// Seconds to wait after each attempt without progress; after the last of them the next such attempt fails.
  let pauses: [Double]
  let console: Console?

  /// A SHA-256 and its source.
  enum Checksum: Equatable {
    case published(String)
    /// As the file's first copy had it, written down in the file `record`.
    case first(String, record: String)

    var hex: String {
      switch self {
      case .published(let hex), .first(let hex, _): hex
      }
    }
  }

  /// - Returns: the SHA-256 of the file.
  package func run() throws(FetchError) -> String {
    let part = try PartFile(for: target)
    // A part without an identifier could be of another version, and no checksum would show it.
    if part.version == nil, expected == nil { part.clear() }
    let wasResumed = part.size > 0
    try transfer(into: part)
    do throws(FetchError) {
      return try accept(part)
    } catch {
      part.clear()
      guard wasResumed, case .wrongContent = error else { throw error }
      console?.note("\(file.name): the part left by an earlier start does not match; fetching all of it")
    }
    try transfer(into: part)
    do throws(FetchError) {
      return try accept(part)
    } catch {
      part.clear()
      throw error
    }
  }

  private func transfer(into part: borrowing PartFile) throws(FetchError) {
    if let size = file.size, part.size > size { part.clear() }
    if let size = file.size, part.size == size { return }
    let transfer = Transfer(address: file.address)
    if part.size > 0 { console?.say("\(file.name): resuming after \(Self.spoken(bytes: part.size))") }
    var failures = 0
    while true {
      let before = part.size
      var progress = ByteProgress(file.name, total: file.size, console: console)
      let result = try transfer.run(into: part) { progress.show($0, of: $1) }
      progress.end()
      switch result {
      case .complete: return
      case .refused(let code): throw .refused(address: file.address, code: code)
      case .failed(let reason): throw .unreachable(address: file.address, reason: reason, kept: part.size)
      case .mustBeginAnew:
        guard before > 0 else {
          throw .unreachable(address: file.address, reason: "the server sends another part than asked for", kept: 0)
        }
        console?.note(
          "\(file.name): the server cannot resume, or has another version; starting over")
        part.clear()
      case .brokenOff(let reason):
        failures = part.size > before ? 0 : failures + 1
        guard failures <= pauses.count else {
          throw .unreachable(address: file.address, reason: reason, kept: part.size)
        }
        let pause = pauses.isEmpty ? 0 : pauses[max(0, failures - 1)]
        console?.note("\(file.name): \(reason); trying again in \(Int(pause.rounded(.up))) s")
        Thread.sleep(forTimeInterval: pause)
        // Without a version, two halves could be of two files, unless a checksum shows it.
        if part.size > 0, part.version == nil, expected == nil { part.clear() }
      }
    }
  }

  private func accept(_ part: borrowing PartFile) throws(FetchError) -> String {
    if let size = file.size, part.size != size {
      throw .wrongContent(address: file.address, found: quantity(part.size, "byte"), expected: quantity(size, "byte"))
    }
    let found = try part.sha256()
    switch expected {
    case .published(let hex) where hex != found:
      throw .wrongContent(address: file.address, found: "SHA-256 \(found)", expected: hex)
    case .first(let hex, let record) where hex != found:
      throw .changed(address: file.address, found: found, first: hex, record: record)
    default: break
    }
    try part.commit()
    return found
  }

  /// 9912422 → 9.9 MB.
  package static func spoken(bytes: Int) -> String {
    let units = [("GB", 1e9), ("MB", 1e6), ("kB", 1e3)]
    guard let (name, size) = units.first(where: { Double(bytes) >= $0.1 }) else { return quantity(bytes, "byte") }
    return String(format: "%.1f %@", Double(bytes) / size, name)
  }
}

/// Progress in kilobytes, once the size of the file is known.
private struct ByteProgress {
  private let title: String
  private let total: Int?
  private let console: Console?
  private var progress: CountProgress?
  private var shown = 0

  init(_ title: String, total: Int?, console: Console?) {
    (self.title, self.total, self.console) = (title, total, console)
  }

  mutating func show(_ done: Int, of total: Int?) {
    guard let total = self.total ?? total, total > 0 else { return }
    if progress == nil { progress = console?.countProgress("\(title), kB", of: (total + 999) / 1000) }
    let kilobytes = (done + 999) / 1000
    progress?.advance(by: kilobytes - shown)
    shown = kilobytes
  }

  func end() { progress?.end() }
}
