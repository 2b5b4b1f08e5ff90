/// The order in which an algorithm sums the products of a pass, and the variance of the roundings in one output.
struct SummationOrder {
  /// Channels or samples over which each term of a profile is summed.
  let operands: Int

  private let geometry: ConvolutionGeometry
  private let pass: ConvolutionPass
  private let isFused: Bool
  /// Outputs of a Winograd tile in one dimension.
  private let tile: Int?
  private let runs: Runs
  /// Samples in one block of the weights' gradient, which is transformed back before it is added.
  private let samplesPerBlock: Int

  init(
    _ geometry: ConvolutionGeometry, _ algorithm: ConvolutionAlgorithm, _ pass: ConvolutionPass, samples: Int,
    kernels: Kernels
  ) {
    self.geometry = geometry
    self.pass = pass
    isFused = kernels.isFused
    operands =
      switch pass {
      case .forward: geometry.large.channels
      case .backwardData: geometry.small.channels
      case .backwardWeights: samples
      }
    // Planned for its sizes only: no workspace is committed.
    let planned = algorithm.plan(
      geometry, shards: 1, context: ComputeContext(kernels: kernels, threads: Threads(count: 1)))
    let winograd = planned as? WinogradConvolution
    tile = winograd?.tiling.tile
    samplesPerBlock = winograd.map { $0.tilesPerBlock / $0.tiling.tilesPerSample } ?? samples
    switch (planned, pass) {
    case (let winograd as WinogradConvolution, .backwardWeights): runs = Runs(of: winograd.tilesPerBlock)
    case (let direct as DirectConvolution, .backwardWeights): runs = direct.gradientRuns
    case (is PatchConvolution, .backwardWeights):
      runs = PackedProduct.runs.within(geometry.samplesPerSum * geometry.small.area)
    case (is PatchConvolution, _): runs = PackedProduct.runs
    default: runs = Runs()
    }
  }

  /// The figures of the outputs' rows and of their columns.
  var profiles: (rows: RoundingProfiles, columns: RoundingProfiles) {
    let (large, small) = (geometry.large, geometry.small)
    func profiles(_ kernel: Int, _ large: Int, _ small: Int, _ before: Int) -> RoundingProfiles {
      guard let tile else {
        return .withoutTransforms(
          pass, kernel: kernel, stride: geometry.stride, large: large, small: small, before: before)
      }
      return WinogradErrorBound(
        pass, tile: tile, kernel: kernel, stride: geometry.stride, large: large, small: small, before: before,
        isFused: isFused
      ).profiles
    }
    return (
      profiles(geometry.kernelHeight, large.height, small.height, geometry.top),
      profiles(geometry.kernelWidth, large.width, small.width, geometry.left)
    )
  }

  /// The variance of all roundings in an output of this row and column, in units of `RoundingModel.meanSquare`, and the
  /// number of roundings that one term meets after the operands' transforms.
  func loss(_ row: RoundingProfile, _ column: RoundingProfile) -> (variance: Double, longestPath: Int) {
    let transforms =
      row.inputs * column.terms + row.products * column.inputs
      + row.outputs * column.products + row.terms * column.outputs
    let products = lossOfProducts(row, column)
    let (additions, parts) = lossOfAdditions(row, column)
    return (
      Double(operands) * transforms + products.loss + additions, products.longestRun + products.runCount - 1 + parts
    )
  }

  /// The roundings in the sums of products, at all points.
  private func lossOfProducts(
    _ row: RoundingProfile, _ column: RoundingProfile
  ) -> (loss: Double, longestRun: Int, runCount: Int) {
    var result = (loss: 0.0, longestRun: 0, runCount: 1)
    func take(_ sum: SummedProducts) {
      var sum = sum
      sum.endRun()
      result.loss += sum.loss
      result.longestRun = max(result.longestRun, sum.longestRun)
      result.runCount = max(result.runCount, tile == nil ? sum.runCount : 1)
    }
    let empty = SummedProducts(runs, isFused: isFused, addsRuns: tile == nil)
    for i in 0..<(row.parts.first?.products.count ?? 0) {
      for j in 0..<(column.parts.first?.products.count ?? 0) {
        var sum = empty
        for _ in 0..<(pass == .backwardWeights ? operands : 1) {
          for high in row.parts {
            for wide in column.parts {
              let variance = high.products[i] * wide.products[j]
              sum.append(variance, count: pass == .backwardWeights ? 1 : operands)
              if pass == .backwardData {
                take(sum)
                sum = empty
              }
            }
          }
        }
        take(sum)
      }
    }
    return result
  }

  /// The roundings in the additions of finished results: taps or tiles that overlap in a pixel, or blocks of tiles.
  private func lossOfAdditions(_ row: RoundingProfile, _ column: RoundingProfile) -> (loss: Double, parts: Int) {
    var terms: [Double] = []
    switch pass {
    case .forward: return (0, 0)
    case .backwardData:
      terms = row.parts.flatMap { high in column.parts.map { high.terms * $0.terms * Double(operands) } }
    case .backwardWeights:
      if tile == nil { return (0, 0) }
      terms = stride(from: 0, to: operands, by: samplesPerBlock).map {
        row.terms * column.terms * Double(min(samplesPerBlock, operands - $0))
      }
    }
    var (sum, loss, parts) = (0.0, 0.0, 0)
    for part in terms where part > 0 {
      if sum > 0 { loss += sum + part }
      sum += part
      parts += 1
    }
    return (loss, max(0, parts - 1))
  }
}

extension RoundingProfiles {
  /// The figures of each row or column of outputs without transforms: the taps that it sees.
  fileprivate static func withoutTransforms(
    _ pass: ConvolutionPass, kernel: Int, stride: Int, large: Int, small: Int, before: Int
  ) -> Self {
    var profiles = Self()
    for position in 0..<(pass == .forward ? small : pass == .backwardData ? large : kernel) {
      var profile = RoundingProfile()
      func add(_ place: Int, _ tap: Int, to pixel: Int? = nil) {
        let seen = place * stride - before + tap
        if let pixel, pixel != seen { return }
        let terms = (0..<large).contains(seen) ? 1.0 : 0
        profile.add(RoundingProfile.Part(terms: terms, products: [terms]))
        profile.absolute += terms
      }
      switch pass {
      case .forward: for tap in 0..<kernel { add(position, tap) }
      case .backwardData: for place in 0..<small { for tap in 0..<kernel { add(place, tap, to: position) } }
      case .backwardWeights: for place in 0..<small { add(place, position) }
      }
      profiles.counts[profile, default: 0] += 1
    }
    return profiles
  }
}
