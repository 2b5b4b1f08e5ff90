import Files
import Foundation
import ModelFiles
import Testing

extension FaultTests {
  /// A run of two steps with a model that has few values, and its last checkpoint.
  private static func smallCheckpoint() async throws -> (place: Workplace, bytes: [UInt8]) {
    let place = try Workplace(SmallRun.configuration)
    try await place.train()
    return (place, try place.bytes(place.checkpoint(step: SmallRun.steps)))
  }

  /// Expects that `bytes` are refused by name and with a reason.
  private static func expectRefusal(_ bytes: [UInt8], _ place: Workplace, _ what: String) throws {
    let path = place.file("damaged.safetensors").path
    try place.write(bytes, "damaged.safetensors")
    let error = #expect(throws: FileError.self, "\(what)") {
      _ = try SafetensorsFile(path: path, verification: .required)
    }
    let message = error.map { "\($0)" } ?? ""
    #expect(message.hasPrefix(path) && message.contains("found") && message.contains("expected"), "\(what): \(message)")
  }

  /// Any one bit of a checkpoint.
  @Test func flippedBit() async throws {
    let (place, good) = try await Self.smallCheckpoint()
    await Part.flippedBit.trials(short: 60, long: 1000) { trial in
      let bit = trial.number(0...good.count * 8 - 1)
      var bytes = good
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      try Self.expectRefusal(bytes, place, "bit \(bit)")
    }
  }

  /// Every length that a checkpoint may be cut to: a trial takes every 37th, 37 trials all of them.
  @Test func truncated() async throws {
    let (place, good) = try await Self.smallCheckpoint()
    await Part.truncated.trials(short: 1, long: 37) { trial in
      for count in stride(from: trial.number - 1, to: good.count, by: 37) {
        try Self.expectRefusal(Array(good[..<count]), place, "cut after \(count) bytes")
      }
    }
  }

  /// A run whose newest checkpoints are damaged goes on from the newest whole one, and says so.
  @Test func damagedNewest() async throws {
    let run = try await FaultRun()
    try await run.place.train(["train.steps=14"], out: "begun")
    let steps = [8, 12, 14]
    #expect(try run.expectNothingTorn("begun") == steps)
    await Part.damagedNewest.trials(short: 4, long: 40) { trial in
      let damaged = Array(steps.suffix(trial.number(1...2)))
      let ranks = trial.choice([nil, 2, 3, 8])
      let out = trial.name
      try run.place.copy("begun", to: out)
      for step in damaged {
        let name = run.place.checkpoint(out: out, step: step)
        try run.place.write(Self.damage(try run.place.bytes(name), &trial), name)
      }
      let arguments = ["run.yaml", "--out", out, "--set", "train.steps=15"]
      let outcome = try await run.place.run(arguments, ranks: ranks)
      #expect(outcome.code == 0, "\(outcome.text)")
      let notes = outcome.errors.split(separator: "\n").filter { $0.contains("passed over") }
      #expect(notes.count == damaged.count, "\(outcome.text)")
      for step in damaged {
        let name = run.place.checkpoint(out: out, step: step)
        #expect(notes.contains { $0.contains(name) }, "\(outcome.text)")
      }
      let whole = steps[steps.count - damaged.count - 1]
      #expect(outcome.output.contains("continuing after step \(whole)"), "\(outcome.text)")
      try await run.expectReferenceEnd(out, ranks: ranks)
    }
  }

  private static func damage(_ good: [UInt8], _ trial: inout Trial) -> [UInt8] {
    var bytes = good
    let at = trial.number(0...good.count - 1)
    switch trial.number(0...4) {
    case 0: bytes[at] ^= 1 << UInt8(trial.number(0...7))
    case 1: bytes = Array(good[..<at])
    case 2: bytes = []
    // A block that never reached the disk.
    case 3: for place in at..<min(at + 4096, bytes.count) { bytes[place] = 0 }
    default: bytes.append(0)
    }
    return bytes == good ? Array(good.dropLast()) : bytes
  }
}
