import Commands
import Testing

@Suite struct ValueRangeTests {
  @Test(arguments: [[-1, 1], [-1.01, 1.01], [-0.3, 0.2], [], [.nan], [-0.001, 0.9]] as [[Float]])
  func imagesInTheRange(values: [Float]) {
    #expect(ValueRange(values).note(on: "model.onnx") == nil)
  }

  /// A generator that ends in a Sigmoid.
  @Test(
    arguments: [([0, 1], "0 to 1"), ([0.25, .nan, 0.5], "0.25 to 0.5"), ([0, 0], "0 to 0")] as [([Float], String)])
  func imagesFromZeroToOne(values: [Float], expected: String) {
    let note = ValueRange(values).note(on: "model.onnx")
    #expect(note?.hasPrefix("model.onnx: found values from \(expected), expected -1 (black) to 1 (white)") == true)
    #expect(note?.contains("washed out") == true && note?.contains("2 x - 1") == true, "\(note ?? "none")")
  }

  /// A generator that ends in no activation, or makes bytes.
  @Test(
    arguments: [
      ([-1.02, 1], "-1.02 to 1"), ([0, 255], "0 to 255"), ([-3.14159, 2], "-3.142 to 2"),
      ([0.5, .infinity], "0.5 to inf"),
      ([-1e30, 0], "-1e+30 to 0"),
    ] as [([Float], String)])
  func imagesOutside(values: [Float], expected: String) {
    let note = ValueRange(values).note(on: "model.onnx")
    #expect(note?.contains("found values from \(expected), expected") == true, "\(note ?? "none")")
    #expect(note?.contains("shown as black or white") == true)
  }

  @Test func portionsCountTogether() {
    var range = ValueRange([0.5])
    range.include([0.75])
    #expect(range.note(on: "") != nil)
    range.include([-0.5])
    #expect(range.note(on: "") == nil && range == ValueRange([-0.5, 0.75]))
  }
}
