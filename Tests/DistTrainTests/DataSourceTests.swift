import Foundation
import GAN
import ImageIO
import Reporting
import TestSupport
import Testing

/// From the configuration's text to the images.
@Suite struct DataSourceTests {
  static let imageFixtures = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../ImageIOTests/Fixtures").standardized.path

  private static let shape = FeatureShape(channels: 3, height: 64, width: 64)

  private func source(_ data: String) throws -> any ImageSource {
    try configuration("data: \(data)\ntrain: {steps: 1}\n").data.open(seed: 1, for: Self.shape)
  }

  @Test func theSplitReachesTheSource() throws {
    let folder = try TemporaryFolder()
    func copy(_ fixture: String, _ name: String) throws {
      try FileManager.default.copyItem(atPath: "\(Self.imageFixtures)/\(fixture)", toPath: "\(folder.path)/\(name)")
    }
    try copy("svhn.mat", "train_32x32.mat")
    try copy("svhn-one.mat", "extra_32x32.mat")
    try copy("images.gz", "emnist-balanced-test-images-idx3-ubyte.gz")
    try copy("images.gz", "emnist-letters-train-images-idx3-ubyte.gz")
    #expect(try source("{source: svhn, path: \(folder.path)}").count == 3)
    #expect(try source("{source: svhn, path: \(folder.path), split: extra}").count == 1)
    #expect(try source("{source: svhn, path: \(folder.path), limit: 200}").count == 3)

    let balanced = try source("{source: idx, path: \(folder.path), split: test}")
    #expect(balanced.name(0) == "emnist-balanced-test-images-idx3-ubyte.gz, image 0")
    let letters = try source("{source: idx, path: \(folder.path), emnist: letters}")
    #expect(letters.name(2) == "emnist-letters-train-images-idx3-ubyte.gz, image 2")
    let stored = try source("{source: idx, path: \(folder.path), emnist: letters, transpose: false}")
    let (turned, plain) = try (letters.load(0, channels: 1).image, stored.load(0, channels: 1).image)
    #expect([turned.height, turned.width] == [5, 4] && [plain.height, plain.width] == [4, 5])

    let error = #expect(throws: UserFacingError.self) {
      try source("{source: svhn, path: \(folder.path), split: test}")
    }
    #expect(error?.code == .badData && error?.message.contains("none of test_32x32.mat is there") == true)
  }

  @Test func celebAIsSelected() throws {
    let selection = "{partition: valid, attributes: {Male: false, 5_o_Clock_Shadow: true}}"
    let found = try configuration("data: {source: celeba, path: /c, celeba: \(selection)}\ntrain: {steps: 1}\n")
    let attributes = ["Male": false, "5_o_Clock_Shadow": true]
    #expect(found.data.celeba == CelebASelection(partition: .valid, attributes: attributes))
    #expect(found.yaml.contains("    attributes:\n      5_o_Clock_Shadow: true\n      Male: false\n"))
    #expect(try configuration(found.yaml) == found)
    #expect(throws: UserFacingError.self) { try found.data.open(seed: 1, for: Self.shape) }
    let overridden = try configuration(
      "data: {source: celeba, path: /c}\ntrain: {steps: 1}\n", ["data.celeba.attributes.Eyeglasses=true"])
    #expect(overridden.data.celeba == CelebASelection(partition: .all, attributes: ["Eyeglasses": true]))
  }
}
