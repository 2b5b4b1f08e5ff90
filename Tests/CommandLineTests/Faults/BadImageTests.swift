import Foundation
import Testing

extension FaultTests {
  /// One image that cannot be read, on whichever rank: all ranks decide alike, none waits for another.
  @Test func badImage() async throws {
    await Part.badImage.trials(short: 5, long: 20) { trial in
      let ranks = trial.number(2...8)
      let number = trial.number(0...23)
      let place = try Workplace.withImages(24)
      let damage = try Self.damage(place, number, &trial)
      let name = "\(number + 100).png"

      let refused = try await place.train(ranks: ranks, expecting: 65)
      #expect(refused.messages.count == 1, "\(damage): \(refused.text)")
      #expect(refused.errors.components(separatedBy: name).count == 2, "\(damage), named once: \(refused.text)")

      for (out, ranks) in [("many", ranks), ("one", nil)] {
        let outcome = try await place.train(["data.onBadImage=skip"], out: out, ranks: ranks)
        #expect(outcome.errors.contains("left out 1 image:") && outcome.errors.contains(name), "\(outcome.text)")
      }
      #expect(try await place.tensorHash(out: "many") == place.tensorHash(out: "one"), "\(damage), \(ranks) ranks")
    }
  }

  /// Makes an image of the data folder unreadable, and says how.
  private static func damage(_ place: Workplace, _ number: Int, _ trial: inout Trial) throws -> String {
    let name = Workplace.imageName(number)
    let good = DrawnImages.png(number)
    var bytes = good
    let kind = trial.choice(["cut", "empty", "header", "pixels", "text", "other format", "link"])
    switch kind {
    case "cut": bytes = Array(good.prefix(trial.number(1...good.count - 20)))
    case "empty": bytes = []
    case "header": bytes[trial.number(0...32)] ^= 1 << UInt8(trial.number(0...7))
    case "pixels": bytes[trial.number(50...good.count - 20)] ^= 1 << UInt8(trial.number(0...7))
    case "text": bytes = Array("not an image\n".utf8)
    case "other format": bytes = Array("GIF89a".utf8) + good.dropFirst(6)
    default:
      try FileManager.default.removeItem(at: place.file(name))
      try FileManager.default.createSymbolicLink(atPath: place.file(name).path, withDestinationPath: "nowhere")
      return kind
    }
    try place.write(bytes, name)
    return kind
  }
}
