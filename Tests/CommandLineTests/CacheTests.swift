import Foundation
import Testing

extension CommandLineTests {
  /// The cache of decoded images as a user meets it.
  @Suite struct CacheTests {
    private static let settings = ["data.source=folder", "data.path=drawn"]

    private static func workplace() throws -> Workplace {
      let place = try Workplace()
      for number in 0..<20 { try place.write(DrawnImages.png(number), "drawn/\(100 + number).png") }
      return place
    }

    private static func cache(_ place: Workplace, _ arguments: [String] = [], expecting code: Int32 = 0) async throws
      -> Outcome
    {
      let outcome = try await place.run(["data", "cache"] + arguments)
      #expect(outcome.code == code, "\(outcome.text)")
      return outcome
    }

    @Test func itIsShownAndPruned() async throws {
      let place = try Self.workplace()
      let empty = try await Self.cache(place)
      #expect(empty.output.hasPrefix("\(place.path)/cache/disttrain: 0 caches of decoded images, 0 bytes"))
      try await place.train(Self.settings)
      try await place.train(Self.settings + ["data.image.resize=pad"], out: "padded")
      let shown = try await Self.cache(place)
      #expect(shown.output.contains(": 2 caches of decoded images, "), "\(shown.text)")
      #expect(shown.output.contains(" of at most 20 GB (data.cacheLimit)"), "\(shown.text)")
      let lines = shown.output.split(separator: "\n").filter { $0.hasSuffix("/drawn") }
      #expect(lines.count == 2 && lines.allSatisfy { $0.contains("    20  20") }, "\(shown.text)")

      let kept = try await Self.cache(place, ["--prune"])
      #expect(
        kept.output.hasPrefix("removed 0 caches, 0 bytes\n") && kept.output.contains(": 2 caches"), "\(kept.text)")
      let gone = try await Self.cache(place, ["--prune", "--days", "0"])
      #expect(gone.output.hasPrefix("removed 2 caches, ") && gone.output.contains(": 0 caches"), "\(gone.text)")
      #expect(try place.names("cache/disttrain").isEmpty)
    }

    /// The folder and the limit of a configuration, or a folder by its path.
    @Test func placesAreFollowed() async throws {
      let place = try Self.workplace()
      let configuration = Workplace.configuration.replacingOccurrences(
        of: "source: synthetic, synthetic: {count: 48}",
        with: "source: folder, path: drawn, cache: own, cacheLimit: 3")
      try place.write(configuration, "run.yaml")
      try await place.train()
      for path in ["run.yaml", "own"] {
        let shown = try await Self.cache(place, [path])
        let limit = path == "own" ? 20 : 3
        #expect(shown.output.contains("own: 1 cache of decoded images, "), "\(shown.text)")
        #expect(shown.output.contains("of at most \(limit) GB"), "\(shown.text)")
      }
      try place.write(configuration.replacingOccurrences(of: "cache: own", with: "cache: off"), "off.yaml")
      #expect(try await Self.cache(place, ["off.yaml"]).output.hasPrefix("no cache: data.cache is off"))
      #expect(try await Self.cache(place, ["absent"], expecting: 64).messages.count == 1)
      #expect(try await Self.cache(place, ["--days", "3"], expecting: 64).errors.contains("--days goes with --prune"))
    }

    /// A picture that was replaced with its size and time is another one, for the run's data, too.
    @Test func aReplacedFileIsNoticed() async throws {
      let place = try Self.workplace()
      let (name, path) = ("drawn/103.png", place.file("drawn/103.png").path)
      let bytes = try place.bytes(name)
      let time = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate]
      try await place.train(Self.settings + ["train.steps=2"])
      // The same pixels under another inode: the run continues.
      try place.write(bytes, "copy.png")
      try FileManager.default.setAttributes([.modificationDate: time as Any], ofItemAtPath: place.file("copy.png").path)
      #expect(rename(place.file("copy.png").path, path) == 0)
      try await place.train(Self.settings + ["train.steps=3"])
      // A damaged file in its place, of the same size and time.
      var damaged = bytes
      damaged[bytes.count / 2] ^= 0xFF
      try place.write(damaged, name)
      try FileManager.default.setAttributes([.modificationDate: time as Any], ofItemAtPath: path)
      let outcome = try await place.train(Self.settings + ["train.steps=4"], expecting: 65)
      #expect(outcome.errors.contains("103.png: damaged PNG file"), "\(outcome.text)")
    }

    /// The reason is that of the disk, not that nothing is there yet.
    @Test(.mounting) func aReadOnlyDiskIsSaid() async throws {
      let place = try Self.workplace()
      for made in ["cache/disttrain", "cache"] {
        try? FileManager.default.removeItem(atPath: place.file("cache").path)
        try FileManager.default.createDirectory(atPath: place.file(made).path, withIntermediateDirectories: true)
        let script = "mount --bind cache cache && mount -o remount,ro,bind cache && shift && exec \"$@\""
        let settings = (Self.settings + ["train.steps=1"]).flatMap { ["--set", $0] }
        let program = [Program.path, "run.yaml", "--resume", "none"] + settings
        let outcome = try await place.start(command: ["unshare", "-m", "sh", "-c", script, "sh", "-"] + program)
          .outcome()
        #expect(outcome.code == 0 && outcome.errors.contains("Read-only file system"), "\(outcome.text)")
        #expect(!outcome.errors.contains("No such file"), "\(outcome.text)")
      }
    }
  }
}
