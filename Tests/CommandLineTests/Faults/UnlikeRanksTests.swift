import Foundation
import Testing

extension FaultTests {
  /// What one rank may have that the others have not: the command that it runs instead, and what the message must name.
  private struct Difference {
    let name: String
    let command: [String]
    let isNamed: (String) -> Bool
  }

  private static func differences(_ place: Workplace) throws -> [Difference] {
    let program = [Program.path, "run.yaml", "--out", "runs"]
    try place.write(try Array(Data(contentsOf: URL(fileURLWithPath: Program.path))) + [0], "longer")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: place.file("longer").path)

    return [
      Difference(name: "seed", command: program + ["--set", "seed=8"]) { $0.contains("configuration") },
      Difference(name: "learning rate", command: program + ["--set", "train.optimizer.generator.learningRate=1e-3"]) {
        $0.contains("configuration")
      },
      Difference(name: "program", command: [place.file("longer").path] + program.dropFirst()) {
        $0.contains("the program")
      },
    ]
  }

  /// As on a host of its own, with other files under the same path.
  private static func otherImages(_ place: Workplace) throws -> [Difference] {
    try place.copy("drawn", to: "fewer")
    try FileManager.default.removeItem(at: place.file("fewer/103.png"))
    try place.copy("drawn", to: "renamed")
    try FileManager.default.moveItem(at: place.file("renamed/103.png"), to: place.file("renamed/1031.png"))
    for number in 0..<20 { try place.write(DrawnImages.png(number + 50), "changed/\(number + 100).png") }
    let script = #"mount --bind "$1" drawn && shift && exec "$@""#
    let folders = [("fewer images", "fewer"), ("other names", "renamed"), ("other content", "changed")]
    return folders.map { name, folder in
      let command = ["unshare", "-m", "sh", "-c", script, "sh", folder, Program.path, "run.yaml", "--out", "runs"]
      return Difference(name: name, command: command) { $0.contains("images") }
    }
  }

  /// Ranks that do not have the same of everything do not begin.
  @Test func unlikeRanks() async throws {
    let place = try Workplace.withImages()
    await Self.expectRefusals(of: try Self.differences(place), from: 1, place)
  }

  @Test(.mounting) func unlikeRanksByTheirImages() async throws {
    let place = try Workplace.withImages()
    await Self.expectRefusals(of: try Self.otherImages(place), from: 101, place)
  }

  /// - Parameter first: number of the first trial.
  private static func expectRefusals(of differences: [Difference], from first: Int, _ place: Workplace) async {
    await Part.unlikeRanks.trials(Array(first..<first + differences.count)) { trial in
      let difference = differences[trial.number - first]
      try? FileManager.default.removeItem(at: place.file("runs"))
      let alike = ["mpirun", "--oversubscribe", "-np", "2", Program.path, "run.yaml", "--out", "runs"]
      let outcome = try await place.start(command: alike + [":", "-np", "1"] + difference.command).outcome()
      #expect(outcome.code == 64 && outcome.messages.count == 1, "\(difference.name): \(outcome.text)")
      #expect(outcome.errors.contains("do not agree") && difference.isNamed(outcome.errors), "\(outcome.text)")
      #expect(outcome.errors.contains("rank 2 ("), "which rank: \(outcome.text)")
      #expect(!place.exists("runs/run/metrics.jsonl"), "\(difference.name): nothing has begun")
    }
  }
}
