import GAN
import Tensor

/// `disttrain bench --products`: how near the matrix products of the facades recipe come to what this CPU can do.
struct ProductBench {
  private let rounds: Int
  private let kernels: Kernels
  private let batch = 64
  private let shardings = [1, 8]

  init(rounds: Int, _ kernels: Kernels) {
    self.rounds = rounds
    self.kernels = kernels
  }

  func run() throws {
    print(Kernels.peakTable())
    let workload = try ProductWorkload(ModelSpecification())
    for shards in shardings {
      print(
        """

        Matrix products of facades, batch \(batch) in \(counted(shards, "shard")): \(kernels) kernels against \
        OpenBLAS for \(MatrixProduct.coreName),
        one thread, GFLOP/s and share of peak, medians of \(counted(rounds, "round"))
        \(table(workload, shards))
        """)
    }
  }

  private func table(_ workload: ProductWorkload, _ shards: Int) -> String {
    var table = TextTable([
      .left("pass"), .right("rows × columns × inner"), .right("a step"), .right("kernels"), .right("of peak"),
      .right("OpenBLAS"), .right("of peak"), .right("ratio"),
    ])
    func add(_ name: String, _ size: String, _ count: String, _ operations: Double, _ timing: Timing, _ peak: Double) {
      func rate(_ seconds: Double) -> [String] {
        [decimal(operations / seconds / 1e9, 1), percent(operations / seconds / peak)]
      }
      table.add(
        [name, size, count] + rate(timing.packed) + rate(timing.openBLAS)
          + [decimal(timing.openBLAS / timing.packed, 2)])
    }
    let sizes = [Int](repeating: batch / shards, count: shards)
    var total: (operations: Double, timing: Timing) = (0, (0, 0))
    // Beside the products: the clock of a shared machine is not the same from minute to minute.
    var peaks: [Double] = []
    for item in workload.items {
      let products = item.geometry.products(item.pass, shardSizes: sizes)
      let counts = Dictionary(products.map { ($0, item.timesPerStep) }, uniquingKeysWith: +)
      for (shape, count) in counts.sorted(by: { $0.key.multiplyAdds > $1.key.multiplyAdds }) {
        peaks.append(kernels.peakRate())
        let timing = ProductTiming(of: shape, kernels: kernels, rounds: rounds)
        let operations = 2 * Double(shape.multiplyAdds)
        total.timing.packed += timing.packed * Double(count)
        total.timing.openBLAS += timing.openBLAS * Double(count)
        total.operations += operations * Double(count)
        add(
          item.name, "\(shape.rows) × \(shape.columns) × \(shape.inner)", "\(count)", operations,
          (timing.packed, timing.openBLAS), peaks.last!)
      }
    }
    let times = [total.timing.packed, total.timing.openBLAS].map { decimal($0 * 1e3, 1) + " ms" }
    add(
      "all, \(times[0]) against \(times[1])", "", "", total.operations, total.timing, Sample(peaks).median)
    return table.text
  }

  /// Seconds by our kernels and by OpenBLAS.
  private typealias Timing = (packed: Double, openBLAS: Double)
}
