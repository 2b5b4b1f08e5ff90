import Foundation
import Testing

extension CommandLineTests {
  /// `disttrain bench` runs to its end, measures everything it should, consistently, and refuses what it cannot do.
  /// How fast anything is, no test says.
  @Suite struct BenchTests {
    private static let small = [
      "bench", "--rounds", "2", "--batch", "16", "--set", "data.image.size=32", "--set", "model.generator.width=8",
      "--set", "model.discriminator.width=8", "--set", "threads=1",
    ]

    @Test(arguments: [nil, 2])
    func everySectionIsMade(ranks: Int?) async throws {
      let outcome = try await Workplace().run(Self.small, ranks: ranks)
      #expect(outcome.code == 0, "\(outcome.text)")
      let tables = Tables(outcome.output)

      let peaks = tables.rows(after: "Peak of one thread")
      #expect(peaks.contains { $0.first == "baseline" })
      #expect(peaks.allSatisfy { Tables.numbers($0).last! > 0 }, "\(peaks)")

      let speed = try #require(tables.lines.first { $0.hasPrefix("images/s ") }, "\(outcome.text)")
      #expect(Double(speed.dropFirst("images/s ".count))! > 0)
      let parts = tables.rows(after: "images/s ")
      let shares = parts.map { Tables.numbers($0).last! }
      #expect(parts.count == 8 && shares.allSatisfy { $0 >= 0 }, "\(parts)")
      // Half a unit of the last digit for each number: 0.1 %, 0.01 ms and 0.1 MB.
      func isSum(_ numbers: ArraySlice<Double>, of total: Double, to unit: Double) -> Bool {
        abs(numbers.reduce(0, +) - total) <= 0.5001 * unit * Double(numbers.count + 1)
      }
      #expect(isSum(shares.dropLast(), of: 100, to: 0.1) && shares.last == 100, "\(parts)")
      let milliseconds = parts.map { Tables.numbers($0)[0] }
      #expect(isSum(milliseconds.dropLast(), of: milliseconds.last!, to: 0.01), "\(parts)")

      let memory = tables.rows(after: "  memory").map { Tables.numbers($0).last! }
      // Networks, images, program; between ranks what is received too; their sum and what the kernel has counted.
      #expect(memory.count == (ranks == nil ? 5 : 6) && memory.allSatisfy { $0 >= 0 }, "\(memory)")
      let planned = memory[memory.count - 2]
      #expect(isSum(memory.dropLast(2), of: planned, to: 0.1), "\(memory)")
      #expect((0.5...2).contains(memory.last! / planned), "\(memory)")
      #expect(outcome.output.contains("hidden behind computing") == (ranks != nil))
    }

    /// At 32 pixels each network has four convolutions; D's first needs its input's gradient for G alone, G's never.
    @Test func everyPassOfEveryConvolutionIsMeasured() async throws {
      let outcome = try await Workplace().run(Self.small)
      let rows = Tables(outcome.output).rows(after: "  layer").dropLast()
      let passes = rows.map { $0.prefix(3).joined(separator: " ") }
      var expected: [String] = []
      for number in 1...4 {
        expected += ["D\(number) forward 32", "D\(number) forward 16"]
        expected += (number == 1 ? [] : ["D\(number) data 32"]) + ["D\(number) data 16", "D\(number) weights 32"]
      }
      for number in 1...4 {
        expected += ["G\(number) forward 16"] + (number == 1 ? [] : ["G\(number) data 16"]) + ["G\(number) weights 16"]
      }
      #expect(passes == expected, "\(outcome.text)")
      #expect(rows.allSatisfy { row in Tables.numbers(row).suffix(4).allSatisfy { $0 >= 0 } }, "\(outcome.text)")
    }

    /// Its networks and shapes, that is: the images need not be there.
    @Test func theConfigurationIsTheBenchs() async throws {
      let outcome = try await Workplace().run(
        [
          "bench", "run.yaml", "--rounds", "1", "--shards", "2", "--batch", "8", "--set", "data.source=folder", "--set",
          "data.path=missing",
        ])
      #expect(outcome.code == 0 && outcome.output.hasPrefix("run: 32×32×3, batch 8 in 2 shards"), "\(outcome.text)")
    }

    @Test func moreRanksThanShardsAreRefusedOnce() async throws {
      let outcome = try await Workplace().run(Self.small + ["--shards", "1"], ranks: 2)
      #expect(outcome.code == 64 && outcome.messages.count == 1, "\(outcome.text)")
    }

    @Test func exchangeIsComparedWithAllreduce() async throws {
      let outcome = try await Workplace().run(["bench", "--exchange", "--rounds", "2"], ranks: 3)
      #expect(outcome.code == 0, "\(outcome.text)")
      let line = try #require(Tables(outcome.output).lines.first { $0.hasPrefix("exchange / allreduce") })
      let ratios = Tables.numbers(line.split(separator: " "))
      #expect(ratios.count == 3 && ratios.allSatisfy { $0 > 0 } && ratios[1] <= ratios[0] && ratios[0] <= ratios[2])
    }

    /// The peer's bar reads the last line.
    @Test func theLoadingOfAFolderIsMeasured() async throws {
      let place = try Workplace.withImages(5)
      let outcome = try await place.run(
        ["bench", "run.yaml", "--loader", "drawn", "--rounds", "1", "--set", "data.image.size=32"])
      #expect(outcome.code == 0, "\(outcome.text)")
      #expect(outcome.output.hasPrefix("5 images of drawn read, decoded and transformed to 32×32×3"))
      #expect(outcome.output.contains("3 passes"), "\(outcome.text)")
      let last = try #require(Tables(outcome.output).lines.last { !$0.isEmpty })
      #expect(last.hasPrefix("images/s ") && Double(last.dropFirst("images/s ".count))! > 0, "\(outcome.text)")
    }

    @Test func productsAreMeasuredInBothCuts() async throws {
      let outcome = try await Workplace().run(["bench", "--products", "--rounds", "1"])
      #expect(outcome.code == 0, "\(outcome.text)")
      for text in ["in 1 shard:", "in 8 shards:", "D1 forward", "D5 weights", "G1 forward"] {
        #expect(outcome.output.contains(text), "\(text) in \(outcome.text)")
      }
    }

    /// Each pass of each convolution by every algorithm, and a section that a configuration may have.
    @Test func algorithmsAreTuned() async throws {
      let place = try Workplace()
      let outcome = try await place.run(["bench", "run.yaml", "--tune", "--table", "--rounds", "1", "--shards", "4"])
      #expect(outcome.code == 0, "\(outcome.text)")
      let tables = Tables(outcome.output)
      #expect(outcome.output.hasPrefix("run: 16 images in 4 shards"), "\(outcome.text)")
      let rows = tables.rows(after: "  pass")
      #expect(rows.count == 15, "five convolutions, the last of G and the first of D alike: \(outcome.text)")
      let algorithms: Set = ["im2col", "direct", "F2", "F4"]
      for row in rows { #expect(row.filter { algorithms.contains(String($0)) }.count == 1, "\(row)") }
      #expect(rows.filter { row in row.contains("discriminator.2") }.count == 3, "\(outcome.text)")
      #expect(outcome.output.components(separatedBy: "    .init(.").count == 6, "\(outcome.text)")

      let section = tables.lines.drop { $0 != "kernels:" }.prefix { !$0.isEmpty }
      #expect(section.count == 12, "\(outcome.text)")
      try place.write(Workplace.configuration + section.joined(separator: "\n"), "tuned.yaml")
      let check = try await place.run(["tuned.yaml", "--dry-run"])
      #expect(check.code == 0, "\(check.text)")
    }

    @Test(arguments: [
      (["--tune", "--products"], "one of them"), (["--table"], "give both"), (["--tune", "--rounds", "0"], "--rounds"),
      (["--rounds", "0"], "--rounds is 0"), (["--batch", "0"], "train.batch"), (["--shards", "65"], "train.shards"),
      (["--exchange"], "mpirun -np 2"), (["--exchange", "--products"], "one of them"),
      (["--products", "--batch", "8"], "no configuration"), (["--set", "train.speed=1"], "train.speed"),
      (["missing.yaml"], "missing.yaml"), (["--loader", "x", "--products"], "one of them"),
      (["--loader", "x", "--batch", "8"], "one by one"),
    ])
    func whatCannotBeMeasuredIsRefused(arguments: [String], reason: String) async throws {
      let outcome = try await Workplace().run(["bench"] + arguments)
      #expect(outcome.code == 64 && outcome.messages.count == 1, "\(outcome.text)")
      #expect(outcome.errors.contains(reason), "\(outcome.text)")
    }
  }
}

/// What a benchmark printed.
private struct Tables {
  let lines: [Substring]

  init(_ text: String) { lines = text.split(separator: "\n", omittingEmptySubsequences: false) }

  /// The words of the indented lines that follow the first line with this beginning and, where there are any, titles.
  func rows(after beginning: String) -> [[Substring]] {
    guard let start = lines.firstIndex(where: { $0.hasPrefix(beginning) }) else { return [] }
    return lines[(start + 1)...].prefix { $0.hasPrefix("  ") }.map { $0.split(separator: " ") }.filter { row in
      row.contains { Double($0) != nil }
    }
  }

  static func numbers(_ words: [Substring]) -> [Double] {
    words.compactMap { Double($0.trimmingPrefix("(").prefix { $0 != ")" }) }
  }
}
