import Foundation
import GAN
import Reporting
import TestSupport
import Testing

/// What a user reads where the data are not there: a known set's message says how to get it.
@Suite struct MissingDataTests {
  struct Case: CustomTestStringConvertible {
    let data: String
    let advice: String?
    var testDescription: String { data }
  }

  private static let shape = FeatureShape(channels: 3, height: 32, width: 32)

  private static let cases = [
    Case(data: "source: svhn, path: /absent/digits", advice: "disttrain data fetch svhn --out /absent/digits"),
    Case(data: "source: idx, path: /absent/fashion", advice: "disttrain data fetch fashion --out /absent/fashion"),
    Case(data: "source: idx, path: /absent/MNIST", advice: "disttrain data fetch mnist --out /absent/MNIST"),
    Case(data: "source: idx, path: /absent/emnist", advice: "disttrain data fetch emnist --out /absent/emnist"),
    Case(
      data: "source: idx, path: /absent/digits",
      advice: "disttrain data fetch mnist|fashion|emnist --out /absent/digits"),
    Case(data: "source: folder, path: /absent/facades", advice: "disttrain data fetch facades --out /absent/facades"),
    Case(data: "source: folder, path: \"/absent/my facades\"", advice: "--out '/absent/my facades'"),
    Case(data: "source: folder, path: /absent/cats", advice: nil),
    Case(data: "source: celeba, path: /absent/celeba", advice: "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html"),
  ]

  @Test(arguments: cases)
  func aMissingFolder(test: Case) throws {
    let data = try configuration("data: {\(test.data)}\ntrain: {steps: 1}\n").data
    for open in [{ try data.requirePath() }, { _ = try data.open(seed: 1, for: Self.shape) }] {
      let error = #expect(throws: UserFacingError.self) { try open() }
      let message = error?.message ?? ""
      #expect(error?.code == .badData && message.hasPrefix("/absent/"), "\(message)")
      if let advice = test.advice {
        #expect(message.contains(advice), "\(message)")
      } else {
        #expect(!message.contains("data fetch"), "\(message)")
      }
    }
  }

  @Test(arguments: ["svhn", "idx"])
  func anEmptyFolder(source: String) throws {
    let place = try TemporaryFolder()
    let data = try configuration("data: {source: \(source), path: \(place.path)}\ntrain: {steps: 1}\n").data
    try data.requirePath()
    let error = #expect(throws: UserFacingError.self) { try data.open(seed: 1, for: Self.shape) }
    let name = source == "svhn" ? "svhn" : "mnist|fashion|emnist"
    #expect(error?.message.contains("disttrain data fetch \(name) --out \(place.path)") == true)
  }
}
