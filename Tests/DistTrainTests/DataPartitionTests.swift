import Cluster
import DistTrain
import ImageIO
import Testing

@Suite struct DataPartitionTests {
  @Test(arguments: [(0, 0.2, 0), (10, 0.25, 2), (10, 0.0, 0), (3, 0.2, 0), (1000, 0.2, 200)])
  func everyImageIsOnOneSide(images: Int, validation: Double, heldOut: Int) {
    let split = DataPartition(images: images, validation: validation, seed: 4)
    #expect(split.heldOut.count == heldOut)
    #expect((split.training + split.heldOut).sorted() == Array(0..<GoodIndex(images)))
    #expect(split.training == split.training.sorted() && split.heldOut == split.heldOut.sorted())
  }

  @Test func theSeedChooses() {
    func heldOut(_ seed: UInt64) -> [GoodIndex] { DataPartition(images: 1000, validation: 0.1, seed: seed).heldOut }
    #expect(heldOut(1) == heldOut(1) && heldOut(1) != heldOut(2))
    // Neither the first nor the last hundred: of 100 drawn, about 50 are below 500.
    #expect((25...75).contains(heldOut(1).count { $0 < 500 }))
  }
}
