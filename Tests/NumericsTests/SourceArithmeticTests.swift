import Foundation
import Testing

/// The sources that compute trained parameters from files call no function whose bits depend on the CPU.
///
/// libm's elementary functions choose their code by the CPU, and guarantee no bits. Operations that IEEE 754 rounds
/// correctly (+, −, ·, /, √, fma) and exact ones (floor, round) are the same everywhere.
@Suite struct SourceArithmeticTests {
  private static let root = URL(filePath: #filePath).appending(path: "../../../Sources").standardized.path + "/"

  /// Includes the metrics that `output.checkpoints.best` depends on.
  private static let path = [
    "CImage", "CKernels", "Cluster/Exchange", "Cluster/Shards", "DistTrain/Checkpoints", "DistTrain/Data",
    "DistTrain/Training", "GAN", "ImageIO", "ImageMetrics/ImageArray.swift", "ImageMetrics/LaplacianPyramid.swift",
    "ImageMetrics/RadixSort.swift", "ImageMetrics/SlicedWasserstein.swift", "Numerics", "ONNXGraphs",
  ]

  /// Files that may call such functions.
  private static let exceptions = [
    "Numerics/Compute/Elementary.swift": "its own functions of these names, by series",
    "ImageIO/Output/Axis.swift": "labels of a chart",
  ]

  private static let libm: Set<Substring> = {
    let names = """
      exp exp2 exp10 expm1 log log2 log10 log1p pow powi sin cos tan sincos sinpi cospi asin acos atan atan2 sinh cosh tanh
      asinh acosh atanh cbrt hypot erf erfc gamma tgamma lgamma
      """
    return Set(names.split { $0.isWhitespace }.flatMap { [$0, $0 + "f", $0 + "l"] })
  }()

  /// The lines that call one as a function, not as a method like `Elementary.exp` and `kernels.tanh`.
  private static func callsOfLibm(_ lines: [Substring]) -> [Substring] {
    lines.filter { line in
      words(line).contains { word in
        guard word.endIndex < line.endIndex, line.utf8[word.endIndex] == UInt8(ascii: "(") else { return false }
        var name = word
        for prefix in ["__builtin_", "elementwise_"] where name.hasPrefix(prefix) {
          name = name.dropFirst(prefix.count)
        }
        guard libm.contains(name) else { return false }
        let before = line[..<word.startIndex]
        if before.hasSuffix("func ") { return false }
        return !before.hasSuffix(".") || ["Glibc.", "Foundation.", "Musl."].contains { before.hasSuffix($0) }
      }
    }
  }

  /// Names and numbers. Split by bytes, because regular expressions take seconds for all sources.
  private static func words(_ line: Substring) -> [Substring] {
    line.utf8.split { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): false
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...: false
      default: true
      }
    }.map { Substring($0) }
  }

  /// The code of a source file without comments.
  private static func code(_ file: String) throws -> [Substring] {
    try String(contentsOfFile: root + file, encoding: .utf8).utf8.split(separator: UInt8(ascii: "\n")).map { line in
      let slashes = zip(line.indices, line.indices.dropFirst()).first { line[$0] == 0x2F && line[$1] == 0x2F }
      return Substring(line[..<(slashes?.0 ?? line.endIndex)])
    }
  }

  private static func files(in path: String) throws -> [String] {
    if path.hasSuffix(".swift") { return [path] }
    return try FileManager.default.subpathsOfDirectory(atPath: root + path).map { path + "/" + $0 }
      .filter { name in [".swift", ".c", ".h", ".inc"].contains { name.hasSuffix($0) } }
  }

  @Test(arguments: path) func elementaryFunctionsAreOurOwn(_ path: String) throws {
    let files = try Self.files(in: path)
    #expect(!files.isEmpty)
    for file in files where Self.exceptions[file] == nil {
      for line in Self.callsOfLibm(try Self.code(file)) {
        Issue.record("\(file): \(line.drop { $0 == " " }): use Elementary's, or say in this test why it may")
      }
    }
  }

  /// Exceptions that are no longer needed are removed.
  @Test(arguments: exceptions.keys) func exceptionsAreNeeded(_ file: String) throws {
    #expect(!Self.callsOfLibm(try Self.code(file)).isEmpty)
  }

  @Test(arguments: [
    ("x = exp(y)", true), ("let a = 2*powf(b, c)", true), ("Glibc.sin(x)", true), ("Foundation.log2(x)", true),
    ("__builtin_tanhf(x)", true), ("__builtin_elementwise_exp(x)", true), ("return -cos(x)", true),
    ("hypot(a, b)", true), ("let c = exp(a) + kernels.exp(b)", true), ("a.log(exp(b))", true),
    ("Elementary.exp(x)", false), ("kernels.tanh(y, count: n)", false), ("tanh_of(x)", false), ("squareRoot()", false),
    ("sqrtf(x)", false), ("func log(_ status: Status)", false), ("catalog(x)", false), ("plan.floor(x)", false),
  ]) func whatCountsAsACall(line: String, isCall: Bool) {
    #expect(Self.callsOfLibm([line[...]]).isEmpty != isCall)
  }

  /// Decoding and resizing compute with integers, so that no compiler can fuse a product and a sum.
  @Test func imagesAreWholeNumbers() throws {
    let numbers: Set<Substring> = ["float", "double", "_Float16"]
    for file in try Self.files(in: "CImage") {
      for line in try Self.code(file) where !numbers.isDisjoint(with: Self.words(line)) {
        Issue.record("\(file): \(line)")
      }
    }
  }
}
