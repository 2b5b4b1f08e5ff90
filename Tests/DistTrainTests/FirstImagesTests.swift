import Cluster
import DistTrain
import Foundation
import GAN
import ImageIO
import TestSupport
import Testing

/// The images of `samples/real.png`.
@Suite struct FirstImagesTests {
  /// Eight grey images of the values 0 to 7, in batches of four.
  private func first(_ count: Int, settings: [String] = []) throws -> [Int] {
    let place = try TemporaryFolder()
    let folder = try RunFolder(in: place.path, name: "run").create()
    let state = try RunCheckpointsTests.state(SingleProcess(), folder, settings)
    let values = try state.firstImages(count)
    #expect(values.count == count * 16)
    return stride(from: 0, to: values.count, by: 16).map { Int(((values[$0] + 1) * 127.5).rounded()) }
  }

  @Test func eachIsThereOnce() throws {
    let all = try first(8)
    #expect(all.sorted() == Array(0..<8))
    #expect(try first(4) == Array(all[..<4]) && first(6) == Array(all[..<6]) && first(1) == [all[0]])
  }

  /// The first batch's are those that D sees first.
  @Test func theyAreInTheRunsOrder() throws {
    let place = try TemporaryFolder()
    let folder = try RunFolder(in: place.path, name: "run").create()
    let state = try RunCheckpointsTests.state(SingleProcess(), folder)
    var schedule = state.schedule
    let order = [0, 1].flatMap { step in
      (0..<4).flatMap { shard in schedule.images(ofShard: shard, step: step).map { $0.number } }
    }
    #expect(try first(8) == order)
  }
}
