import Foundation
import GAN
import Tensor

/// `disttrain bench`: how near the matrix products of the facades recipe come to what this CPU can do.
package struct ProductBench {
  private let rounds: Int
  private let batch = 64
  private let shardings = [1, 8]

  package init(rounds: Int) { self.rounds = rounds }

  /// Prints and ends the process.
  package func main() -> Never {
    do {
      let set = try InstructionSet.chosen()
      matchOpenBLAS(to: set)
      try run(Kernels(set))
      exit(ExitCode.done.rawValue)
    } catch {
      let shown = UserFacingError(error)
      let code = error is InstructionSetError ? ExitCode.usage : shown.code
      FileHandle.standardError.write(Data("error: \(shown.message)\n".utf8))
      exit(code.rawValue)
    }
  }

  private func run(_ kernels: Kernels) throws {
    let rates = Kernels.available.map { ($0.instructionSet, $0.peakRate()) }
    print("Peak of one thread, multiply-adds in registers only, GFLOP/s:")
    for (set, rate) in rates { print("  \(padded(set.rawValue, 10))\(padded(rate / 1e9, 7))") }
    let workload = try ProductWorkload(ModelSpecification())
    for shards in shardings {
      print(
        """

        Matrix products of facades, batch \(batch) in \(shards) shard\(shards == 1 ? "" : "s"): \
        \(kernels) kernels against OpenBLAS \(MatrixProduct.coreName),
        one thread, GFLOP/s and share of peak, medians of \(rounds) rounds
        pass               rows × columns × inner   a step    kernels        OpenBLAS      ratio
        """)
      measure(workload, kernels, shards)
    }
  }

  private func measure(_ workload: ProductWorkload, _ kernels: Kernels, _ shards: Int) {
    let sizes = [Int](repeating: batch / shards, count: shards)
    var total = (packed: 0.0, openBLAS: 0.0, operations: 0.0)
    // Beside the products: the clock of a shared machine is not the same from minute to minute.
    var peaks: [Double] = []
    for item in workload.items {
      let products = item.geometry.products(item.pass, shardSizes: sizes)
      let counts = Dictionary(products.map { ($0, item.timesPerStep) }, uniquingKeysWith: +)
      for (shape, count) in counts.sorted(by: { $0.key.multiplyAdds > $1.key.multiplyAdds }) {
        let peak = kernels.peakRate()
        peaks.append(peak)
        let timing = ProductTiming(of: shape, kernels: kernels, rounds: rounds)
        let operations = 2 * Double(shape.multiplyAdds)
        total.packed += timing.packed * Double(count)
        total.openBLAS += timing.openBLAS * Double(count)
        total.operations += operations * Double(count)
        let size = padded("\(shape.rows)", 5) + " × " + padded("\(shape.columns)", 4) + " × "
        printRow(
          padded(item.name, 18, left: true) + size + padded("\(shape.inner)", 4) + padded("\(count)", 9),
          operations, timing.packed, timing.openBLAS, peak)
      }
    }
    printRow(
      padded("all, \(padded(total.packed * 1e3, 1)) ms against \(padded(total.openBLAS * 1e3, 1)) ms", 46, left: true),
      total.operations, total.packed, total.openBLAS, peaks.sorted()[peaks.count / 2])
  }

  private func printRow(_ label: String, _ operations: Double, _ packed: Double, _ openBLAS: Double, _ peak: Double) {
    func rate(_ seconds: Double) -> String {
      padded(operations / seconds / 1e9, 8) + padded(String(format: "%.0f %%", 100 * operations / seconds / peak), 7)
    }
    print(label + rate(packed) + rate(openBLAS) + padded(String(format: "%.2f", openBLAS / packed), 8))
  }

  private func padded(_ number: Double, _ width: Int) -> String { padded(String(format: "%.1f", number), width) }

  private func padded(_ text: String, _ width: Int, left: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return left ? text + space : space + text
  }
}
