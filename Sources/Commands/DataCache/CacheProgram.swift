import Configuration
import DatasetFetch
import DistTrain
import Files
import Foundation
import ImageIO
import Reporting

/// `disttrain data cache`: the caches of decoded images, and removing those that are not needed.
package struct CacheProgram {
  /// A folder of caches, or a configuration; nil for the folder that configurations use by default.
  package var path: String?
  /// Days without use after which caches are removed; nil to remove none.
  package var days: Int?

  package init(path: String?, days: Int?) { (self.path, self.days) = (path.map(expandingHome), days) }

  /// Prints, removes and ends the process.
  package func main() -> Never {
    ProgramEnd.leaveSpeechToRank0(ExitCode.done.rawValue)
    do {
      try run()
      try StandardStream.requireOutput()
      exit(ExitCode.done.rawValue)
    } catch {
      ProgramEnd.fail(error)
    }
  }

  private func run() throws {
    let console = Console(isSpeaking: true)
    guard let (folder, limit) = try place() else {
      return console.say("no cache: data.cache is off, or data.source is synthetic, whose images are drawn anew")
    }
    let cache = CacheFolder(folder)
    if let days { console.say(try removed(cache, days: days)) }
    let entries = try cache.entries()
    let most = limit.map { " of at most \($0) GB (data.cacheLimit)" } ?? ""
    let bytes = entries.reduce(0) { $0 + $1.bytes }
    console.say(
      "\(folder): \(quantity(entries.count, "cache")) of decoded images, \(Download.spoken(bytes: bytes))\(most)")
    guard !entries.isEmpty else { return }
    var table = TextTable([.right("size"), .right("images"), .left("last used"), .left("decoded from")])
    for entry in entries.reversed() {
      table.add([
        Download.spoken(bytes: entry.bytes), entry.header.map { "\($0.images)" } ?? "-",
        entry.isInUse ? "now" : Self.day(entry.used),
        entry.header.map(\.origin) ?? "(by another version of disttrain; never used by this one)",
      ])
    }
    console.say(table.text)
  }

  /// The folder and its limit in GB; nil if the configuration has no cache.
  private func place() throws -> (folder: String, limit: Int?)? {
    var data = DataSettings()
    var isFolder: ObjCBool = false
    if let path, FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      return (path, data.cacheLimit)
    }
    if let path { data = try Configuration(file: path).data }
    return data.cacheFolder(environment: ProcessInfo.processInfo.environment).map { ($0, data.cacheLimit) }
  }

  private func removed(_ cache: CacheFolder, days: Int) throws -> String {
    let before = Int(Date.now.timeIntervalSince1970) - days * 86_400
    let old = try cache.entries().filter { $0.header == nil || $0.used <= before }
    var (count, bytes) = (0, 0)
    for entry in old where try !entry.isInUse && cache.remove(entry) {
      count += 1
      bytes += entry.bytes
    }
    let kept = old.count - count
    return "removed \(quantity(count, "cache")), \(Download.spoken(bytes: bytes))"
      + (kept > 0 ? "; \(kept) in use \(kept == 1 ? "stays" : "stay")" : "")
  }

  /// Such as 2026-11-30, in UTC.
  private static func day(_ seconds: Int) -> String {
    Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601.year().month().day())
  }
}
