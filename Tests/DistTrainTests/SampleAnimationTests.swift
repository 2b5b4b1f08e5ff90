import DistTrain
import Foundation
import ImageIO
import TestSupport
import Testing

@Suite struct SampleAnimationTests {
  private func png(_ level: UInt8, width: Int = 4, channels: Int = 3) throws -> [UInt8] {
    try PNGEncoder.bytes(of: Image(width: width, height: 3, channels: channels, filledWith: level))
  }

  private func folder(_ place: TemporaryFolder, samples: [Int]) throws -> RunFolder {
    let folder = try RunFolder(in: place.path, name: "run").create()
    for step in samples { try folder.write(png(UInt8(step % 256)), to: folder.sample(step: step)) }
    try folder.write(png(1), to: folder.realSample)
    return folder
  }

  /// Images in a GIF file: each has one graphics control extension, of four bytes.
  private func frames(_ folder: RunFolder) throws -> Int {
    let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: folder.sampleAnimation)))
    #expect(bytes.starts(with: "GIF89a".utf8) && bytes.last == 0x3B)
    return bytes.indices.dropLast(3).count { bytes[$0...].prefix(3) == [0x21, 0xF9, 4] }
  }

  @Test func allSamplesInTheOrderOfSteps() throws {
    let place = try TemporaryFolder()
    let folder = try folder(place, samples: [1_500_000, 0, 200, 999_999])
    try place.write("", "run/samples/100.png")
    #expect(try folder.sampledSteps() == [0, 200, 999_999, 1_500_000])
    #expect(try folder.writeSampleAnimation(channels: 3).isEmpty)
    #expect(try frames(folder) == 4)
    #expect(try place.names("run") == ["checkpoints", "samples", "samples.gif"], "no temporary file is left")
  }

  /// They cost a frame and a message, not the run.
  @Test func samplesThatDoNotFitAreLeftOut() throws {
    let place = try TemporaryFolder()
    let folder = try folder(place, samples: [0, 100, 200, 300])
    try folder.write(png(9, width: 5), to: folder.sample(step: 100))
    try folder.write(png(9).dropLast(9) + [], to: folder.sample(step: 200))
    let leftOut = try folder.writeSampleAnimation(channels: 3)
    try #require(leftOut.count == 2, "\(leftOut)")
    #expect(leftOut[0].hasSuffix("000100.png: 5×3 pixels, and the last one has 4×3"), "\(leftOut)")
    #expect(leftOut[1].contains("000200.png: damaged PNG file"), "\(leftOut)")
    #expect(try frames(folder) == 2)
  }

  @Test func noSamplesNoAnimation() throws {
    let place = try TemporaryFolder()
    let folder = try folder(place, samples: [])
    #expect(try folder.writeSampleAnimation(channels: 1).isEmpty)
    #expect(try place.names("run") == ["checkpoints", "samples"])
  }

  @Test func anotherPathSetsLaterSamplesAside() throws {
    let place = try TemporaryFolder()
    let folder = try folder(place, samples: [0, 100, 200, 300])
    try folder.setAside(samplesAfter: 100)
    #expect(try folder.sampledSteps() == [0, 100])
    #expect(try place.names("run/samples").filter { $0.hasSuffix(".superseded") }.count == 2)
    #expect(try place.names("run/samples").contains("real.png"))
  }
}
