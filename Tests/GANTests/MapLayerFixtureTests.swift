import GAN
import Numerics
import Testing

/// Layers that change a map's sides, against PyTorch in double precision; `same` against its definition there.
@Suite struct MapLayerFixtureTests {
  @Test(arguments: Kernels.available, LayerFixture.all("convolutionSame", "transposedConvolutionSame", "outputPadding"))
  func paddings(_ kernels: Kernels, _ fixture: LayerFixture) throws {
    let weight = try #require(try fixture.shape("weight"))
    let isTransposed = fixture.layer != "convolutionSame"
    let isPadded = fixture.layer == "outputPadding"
    let specification = ConvolutionSpecification(
      channels: isTransposed ? weight[1] : weight[0], kernel: Int(try fixture.number("kernel")),
      stride: Int(try fixture.number("stride")), padding: isPadded ? 1 : .same,
      outputPadding: isPadded ? Int(try fixture.number("outputPadding")) : 0, bias: true)
    for shards in [1, 2] {
      let net = try fixture.network(
        [isTransposed ? .transposedConvolution(specification) : .convolution(specification)], shards: shards, kernels)
      try fixture.checkConvolution(net)
    }
  }

  @Test(arguments: Kernels.available, LayerFixture.all("dense"))
  func dense(_ kernels: Kernels, _ fixture: LayerFixture) throws {
    let units = try #require(try fixture.shape("weight"))[0]
    let layer = LayerSpecification.dense(units: units, bias: try fixture.shape("bias") != nil)
    try fixture.checkConvolution(try fixture.network([layer], shards: 2, kernels))
  }

  @Test(arguments: LayerFixture.all("reshape", "flatten"))
  func reshapes(_ fixture: LayerFixture) throws {
    let shape = try #require(try fixture.shape("output"))
    let layer: LayerSpecification =
      fixture.layer == "flatten"
      ? .flatten : .reshape(FeatureShape(channels: shape[1], height: shape[2], width: shape[3]))
    try fixture.check(try fixture.network([layer], shards: 2, Kernels(.native)), within: 0)
  }

  /// Rows, then columns: three roundings each, and the file's. In the backward pass, a pixel is the sum of the products
  /// of up to six rows and as many columns.
  @Test(arguments: LayerFixture.all("upsample"))
  func upsampling(_ fixture: LayerFixture) throws {
    let mode = try #require(UpsamplingMode(rawValue: String(fixture.name.prefix { $0 != "." })))
    let layer = LayerSpecification.upsample(scale: Int(try fixture.number("scale")), mode: mode)
    try fixture.check(try fixture.network([layer], shards: 2, Kernels(.native)), within: 16)
  }
}
