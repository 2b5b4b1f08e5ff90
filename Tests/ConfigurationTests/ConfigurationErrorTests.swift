import Configuration
import Testing

struct ConfigurationErrorTests {
  /// A value for the key at `--set`, and what the message must say behind it.
  static let values: [(String, String)] = [
    ("train.batch=0", "train.batch: found 0, expected a whole number from 1 to 1048576."),
    ("train.batch=-1", "found -1"),
    ("train.batch=9223372036854775808", "found 9223372036854775808"),
    ("train.batch=1.5", "found 1.5, expected a whole number"),
    ("train.batch=\"64\"", "found \"64\", expected a whole number from 1 to 1048576. Remove the quotes."),
    ("train.batch=010", "found 010, expected a whole number from 1 to 1048576. Numbers are plain decimals"),
    ("train.batch=0x10", "found 0x10"),
    ("train.batch=1_000", "found 1_000"),
    ("train.batch=1:30", "found 1:30"),
    ("train.batch=+5", "found +5"),
    ("train.batch=--5", "found --5"),
    ("train.batch=", "found nothing"),
    ("train.batch=null", "found null"),
    ("train.batch=[64]", "found a list"),
    ("train.batch={a: 1}", "found a group of keys"),
    ("train.batch=yes", "found yes, expected a whole number from 1 to 1048576. Truth values are true and false."),
    ("train.shards=1000", "train.shards: found 1000, expected at most the 128 images of a batch."),
    ("train.shards=some", "expected auto or a whole number"),
    ("train.steps=0", "train.steps: found 0"),
    ("train.steps=null", "found neither steps nor epochs"),
    ("train.epochs=-3", "train.epochs: found -3"),
    ("train.optimizer.generator.learningRate=.nan", "found .nan, expected a number over 0, at most 1"),
    ("train.optimizer.generator.learningRate=nan", "found nan"),
    ("train.optimizer.generator.learningRate=.inf", "found .inf"),
    ("train.optimizer.generator.learningRate=1e999", "found 1e999"),
    ("train.optimizer.generator.weightDecay=1e999", "found 1e999, expected a number from 0 on"),
    ("model.init.weights.normal=1e39", "found 1e39, expected a number over 0"),
    ("train.optimizer.generator.learningRate=0", "found 0"),
    ("train.optimizer.generator.learningRate=-2e-4", "found -2e-4"),
    ("train.optimizer.generator.learningRate=2e", "found 2e"),
    ("train.optimizer.generator.learningRate=.", "found ."),
    ("train.optimizer.generator.learningRate=00.1", "found 00.1"),
    ("train.optimizer.generator.betas=[0.5]", "expected two numbers from 0 to below 1"),
    ("train.optimizer.generator.betas=[0.5, 1]", "expected two numbers from 0 to below 1"),
    ("train.optimizer.generator.kind=sgd", "found sgd, expected one of adam, adamW, rmsprop."),
    ("train.optimizer.generator.kind=adan", "found adan, expected one of adam, adamW, rmsprop. Did you mean adam?"),
    (
      "train.loss.kind=hing",
      "found hing, expected one of bce, hinge, leastSquares, relativistic, wgan, wganGP. Did you mean hinge?"
    ),
    ("train.loss={kind: hinge, smoothing: {real: 0.9}}", "train.loss.smoothing: found beside hinge"),
    ("data.image.size=[64, 96]", "images are square"),
    ("data.formats=[png, jp2]", "data.formats: found jp2 in the list, expected a list of png, jpeg, webp"),
    ("data.formats=[png, png]", "found a format twice, expected a list of png, jpeg, webp"),
    ("data.formats=[]", "found an empty list, expected a list of png"),
    ("data.formats=png", "found png, expected a list of png"),
    (
      "train.differentiableAugmentation.operations=[cutout, cutout]",
      "found an operation twice, expected a list of color, translation, cutout"
    ),
    ("train.differentiableAugmentation.operations=[colour]", "found colour in the list"),
    ("train.differentiableAugmentation.probability=2", "found 2, expected a number from 0 to 1"),
    ("train.loss={kind: wgan, smoothing: {real: 0.9}}", "train.loss.smoothing: found beside wgan"),
    ("train.loss={kind: wgan, penalty: 5}", "train.loss.penalty: found beside wgan, expected it beside wganGP."),
    ("train.loss.clip=0.1", "train.loss.clip: found beside bce, expected it beside wgan."),
    ("train.loss={kind: wgan, clip: 0}", "expected a number over 0"),
    ("train.generatorStatistics=twice", "found twice, expected one of once, eachUpdate."),
    ("train={steps: 1, noise: fresh, generatorStatistics: eachUpdate}", "found eachUpdate beside noise: fresh"),
    ("train.optimizer.generator={kind: rmsprop, betas: [0.5, 0.9]}", "found 0.5 as the first, expected 0"),
    ("train.loss.smoothing={kind: random, amplitude: 1.2}", "found 1.2, expected a number from 0 to 1"),
    ("train.loss.smoothing={kind: random, real: 0.9}", "real: found beside random, expected it beside fixed."),
    ("train.loss.discriminator=median", "found median, expected one of sum, mean."),
    ("train.loss.smoothing.real=1.5", "a number from 0 to 1"),
    ("train.noise=fersh", "found fersh, expected one of reuse, fresh. Did you mean fresh?"),
    ("train.updates.generator=0", "found 0, expected a whole number from 1"),
    ("train.inputNoise=-0.1", "found -0.1, expected a number from 0 on"),
    ("data.source=packed", "packed is not in this version, which has folder, celeba, idx, svhn, synthetic."),
    ("data.source=foldr", "found foldr, expected one of folder, celeba, idx, svhn, synthetic. Did you mean folder?"),
    ("data.source=folder", "data.path: missing, expected the folder of the images."),
    ("data.split=test", "data.split: found test, expected train for data.source: synthetic."),
    (
      "data={source: idx, path: a, split: extra}",
      "data.split: found extra, expected train or test for data.source: idx."
    ),
    ("data={source: svhn, path: a, split: tset}", "found tset, expected one of train, test, extra. Did you mean test?"),
    (
      "data={source: svhn, path: a, emnist: letters}",
      "data.emnist: found letters, expected null for data.source: svhn; it is idx's alone."
    ),
    ("data={source: idx, path: a, emnist: leters}", "balanced, letters, digits, mnist. Did you mean letters?"),
    ("data.transpose=true", "data.transpose: found true, expected auto for data.source: synthetic; it is idx's alone."),
    ("data={source: idx, path: a, transpose: yes}", "found yes, expected auto, true or false. Truth values are"),
    ("data.celeba={partition: test}", "found a selection beside data.source: synthetic, expected it beside celeba."),
    ("data={source: celeba, path: a, celeba: {partition: tests}}", "train, valid, test, all. Did you mean test?"),
    (
      "data={source: celeba, path: a, celeba: {attributes: {Eyeglases: true}}}",
      "unknown key data.celeba.attributes.Eyeglases. Did you mean data.celeba.attributes.Eyeglasses?"
    ),
    ("data={source: celeba, path: a, celeba: {attributes: {Male: 1}}}", "Male: found 1, expected true or false."),
    ("data={source: celeba, path: a, celeba: {attributes: Male}}", "found Male, expected a group of keys."),
    ("data={source: svhn}", "data.path: missing, expected the folder of the images."),
    ("data.image.size=63", "data.image.size: found 63, expected one of 32, 64, 128, 256 for the preset dcgan."),
    ("data.image.channels=2", "found 2, expected 1 (grey) or 3 (colour)"),
    ("data.image.antialias=yes", "found yes, expected true or false. Truth values are true and false."),
    ("data.image.resize=cropp", "Did you mean crop?"),
    ("data.range=[0, 1]", "data.range: found a list, expected [-1, 1]"),
    ("data.validation=1", "found 1, expected a number from 0 to below 1."),
    ("data.validation=1", "a number from 0 to below 1"),
    ("data.augment={flip: 1}", "data.augment.flip: found 1, expected true or false"),
    ("data.augment={contrast: 1.1}", "data.augment.contrast: found 1.1, expected a number from 0 to 1"),
    ("data.augment={colour: 1}", "unknown key data.augment.colour"),
    ("data.augment=true", "data.augment: found true, expected a group of keys."),
    ("data.limit=0", "data.limit: found 0"),
    ("data.limit=100", "data.limit: found 100, expected at least the batch of 128."),
    ("data.synthetic.count=100", "data.synthetic.count: found 100, expected at least the batch of 128."),
    ("data.decode=quick", "data.decode: found quick, expected one of exact, fast."),
    ("data={source: synthetic, decode: fast, image: {antialias: false}}", "expected exact beside antialias: false"),
    ("data.lastBatch=dorp", "Did you mean drop?"),
    ("name=a/b", "name: found a/b, expected a name that can be a folder's"),
    ("name=..", "a name that can be a folder's"),
    ("name=\"\"", "found \"\""),
    ("name=~", "found ~"),
    ("seed=-1", "seed: found -1"),
    ("seed=9223372036854775808", "seed: found 9223372036854775808, expected at most 9223372036854775807, "),
    (
      "train.steps=99999999999999999999",
      "train.steps: found 99999999999999999999, expected at most 9223372036854775807, "
    ),
    ("output.samples.every=99999999999999999999 epochs", "expected at most 9223372036854775807, the greatest number"),
    ("seed=-99999999999999999999", "expected a whole number from 0 on."),
    ("threads=0", "threads: found 0, expected auto or a whole number from 1 to 1024"),
    (
      "output.samples.every=5 epoch s",
      "found 5 epoch s, expected a whole number of steps from 1 on, or such as 5 epochs"
    ),
    ("output.samples.every=0", "found 0"),
    ("output.log.format=glases", "found glases, expected one of standard, architecture, fashion, glasses, ganlab."),
    ("output.onnx=always", "found always, expected one of checkpoints, end, never."),
    ("output.checkpoints.keep=0", "found 0"),
    ("model.latent.distribution=gauss", "expected one of normal, uniform"),
    ("model.generator.preset=same6", "expected one of dcgan, same5, ganlab. Did you mean same5?"),
    ("model.generator.width=0", "found 0"),
    ("model.generator={layers: []}", "found a list, expected a list of 1 to 1023 layers"),
    ("model.generator={layers: [relu]}", "model.generator.layers[0]: found relu, expected one layer's name"),
    ("model.generator={layers: [relu]}", "Write relu: {}."),
    ("model.generator={layers: [{dense: {}}]}", "dense.units: missing, expected a whole number"),
    ("model.generator={layers: [{reshape: {channels: 3, size: 4, width: 2}}]}", "width: found beside size"),
    ("model.generator={layers: [{reshape: {channels: 3, size: 4}}]}", "100 numbers cannot become 3×4×4, which has 48"),
    ("model.discriminator={layers: [{dense: {units: 1}}]}", "dense takes a vector; put a flatten before it"),
    ("model.generator={layers: [{upsample: {mode: cubic}}]}", "expected one of nearest, bilinear"),
    ("model.generator={layers: [{dropout: {rate: 1}}]}", "a number from 0 to below 1"),
    ("model.generator={layers: [{rellu: {}}]}", "unknown layer rellu. Did you mean relu?"),
    ("model.generator={layers: [{leakyRelu: {}}]}", "layers[0].leakyRelu.slope: missing, expected a number"),
    ("model.generator={layers: [{convolution: {channels: 3}}]}", "convolution.kernel: missing"),
    (
      "model.generator={layers: [{convolution: {channels: 3, kernel: 3, padding: some}}]}",
      "found some, expected a whole number from 0 to 64, or same"
    ),
    ("model.generator={layers: [{relu: {}, tanh: {}}]}", "found a group of keys, expected one layer's name"),
    ("model.generator={layers: [{tanh: {}}], width: 3}", "model.generator.width: found beside layers"),
    ("model.generator={layers: [{tanh: {}}]}", "makes 100×1×1 of 100×1×1 in 1 layer, expected the image's 3×64×64"),
    (
      "model.discriminator={layers: [{convolution: {channels: 1, kernel: 64}}, {convolution: {channels: 1, kernel: 4}}]}",
      "layer 1, which gets 1×1×1: its padding of 0 leaves no room for a window of 4×4"
    ),
    (
      "model.generator={layers: [{transposedConvolution: {channels: 3, kernel: 2, padding: 1}}]}",
      "layer 0, which gets 100×1×1: kernel 2, stride 1 and padding 1 leave no pixel"
    ),
    ("model.generator={layers: [{transposedConvolution: {channels: 3, kernel: 64}}, {relu: {}}]}", "ends in relu"),
    ("model.discriminator={layers: [{relu: {}}, {relu: {}}, {branch: {}}, {relu: {}}]}", "branch.from: missing"),
    (
      "model.discriminator={layers: [{flatten: {}}, {dense: {units: 1}}, {branch: {from: 1}}, {dense: {units: 1}}]}",
      "layer 2, which gets 1×1×1: a branch stands behind the last layer of an output"
    ),
    (
      "model.discriminator={layers: [{flatten: {}}, {dense: {units: 7}}, {branch: {from: 0}}, {dense: {units: 1}}]}",
      "makes 7×1×1 of 3×64×64 in 4 layers, expected one logit"
    ),
    (
      "model.generator={layers: [{transposedConvolution: {channels: 3, kernel: 64}}, {tanh: {}}, {branch: {from: 0}}, "
        + "{tanh: {}}]}", "layer 2 is a branch, expected none: a generator makes one image."
    ),
    (
      "model.generator={layers: [{dense: {units: 12288, spectralNorm: true}}, {reshape: {channels: 3, size: 64}}]}",
      "layer 0 has spectralNorm: true, expected it in the discriminator only"
    ),
    ("model.generator.spectralNorm=true", "spectralNorm"),
    ("model.init.weights.normal=-1", "a number over 0"),
    ("model.init.weights={truncatedNormal: 0}", "found 0, expected a number over 0"),
    ("model.init.weights={normal: 0.02, truncatedNormal: 0.02}", "truncatedNormal: found beside normal"),
    ("model.init.dense={}", "model.init.dense: found neither normal nor truncatedNormal"),
    ("model.init.biases=one", "found one, expected one of zero, framework."),
    ("model.generator.dropout=0.1", "unknown key model.generator.dropout"),
    ("model.discriminator.dropout=1", "found 1, expected a number from 0 to below 1"),
    ("model.init.batchNorm.normal=[1]", "expected [mean, deviation]"),
    ("train.btach=64", "unknown key train.btach. Did you mean train.batch?"),
    ("batch=64", "unknown key batch. Did you mean train.batch?"),
    ("train.size=64", "unknown key train.size. Did you mean data.image.size or model.latent.size?"),
    ("train.qqqq=64", "The keys of train are batch, shards, steps"),
    ("trian.batch=64", "unknown key trian. Did you mean train?"),
    ("train=64", "train: found 64, expected a group of keys."),
    ("train.batch.size=64", "train.batch: found a group of keys"),
  ]

  @Test(arguments: values)
  func badValue(override: String, expected: String) {
    let found = message(shortestYAML, [override])
    #expect(found.hasPrefix("--set \(override): ") && found.contains(expected), "\(found)")
    #expect(!found.contains("\n"), "one mistake, one line: \(found)")
  }

  /// A file, and what its message must say, place first.
  static let files: [(String, String)] = [
    ("", "run.yaml: found nothing in it, expected a configuration in YAML."),
    ("# nothing\n", "run.yaml: found nothing in it"),
    ("---\n", "run.yaml: found nothing in it"),
    ("3", "run.yaml:1:1: found 3, expected a group of keys."),
    ("- a\n", "run.yaml:1:1: found a list"),
    ("seed: 1\nseed: 2\n", "run.yaml:1:1: found the key seed twice (again in line 2), expected it once."),
    ("train:\n  steps: 1\n  batch: 2\n  steps: 3\n", "run.yaml:2:3: found the key steps twice (again in line 4)"),
    ("train:\n  steps: 1\n\tbatch: 2\n", "run.yaml:3:1: found a tab, expected spaces"),
    ("name: \u{0}\n", "run.yaml:1:7: found the control character 0"),
    ("name: \"\u{7F}\"\n", "run.yaml:1:8: found the control character 127"),
    ("name: \"\\0\"\n", "run.yaml:1:7: name: found \"\\0\", expected a name"),
    ("train: {steps: 1\n", "run.yaml:2:1: not YAML: did not find expected ',' or '}'"),
    ("train: [1\nseed: 1", "not YAML: "),
    ("a: b: c\n", "run.yaml:1:5: not YAML: mapping values are not allowed in this context."),
    ("data:\n  pattern: *.jpg\n", "run.yaml:2:13: not YAML: "),
    ("data:\n  pattern: *.jpg\n", "Put a value that begins with * in quotes"),
    ("data:\n  pattern: *all\n", "run.yaml:2:12: not YAML: found undefined alias."),
    ("a: &x 1\nb: *x\n", "run.yaml:1:5: found &x…, an anchor of YAML"),
    ("seed: !!str 1\n", "run.yaml:1:7: found the tag tag:yaml.org,2002:str, expected none"),
    ("seed: 1\n---\nseed: 2\n", "run.yaml:2:1: found a second document of YAML (after ---), expected one"),
    ("seed: 1\n...\n---\n", "run.yaml:3:1: found a second document of YAML"),
    ("? [a, b]\n: 1\n", "run.yaml:1:3: found a list or a group of keys as a key, expected a name."),
    ("<<: {seed: 2}\n", "run.yaml:1:1: unknown key <<."),
    ("train:\n", "run.yaml:1:7: train: found nothing, expected a group of keys."),
    (
      "data: {source: synthetic}\ntrain: {steps: 1, updates: {discriminator: 2}}\n",
      "run.yaml:2:8: train.noise: found reuse beside 2 and 1 updates, expected fresh"
    ),
    (
      "data: {source: synthetic}\ntrain: {steps: 1, loss: {kind: wganGP}}\n",
      "model.discriminator: layer 3 is batchNorm: {epsilon: 1e-5, momentum: 0.1}, which the gradient penalty"
    ),
    (
      "data: {source: synthetic, validation: 0.5}\ntrain: {steps: 1, loss: {kind: relativistic}}\n"
        + "output: {checkpoints: {best: lossHeldOut}}\n",
      "run.yaml:3:30: output.checkpoints.best: found lossHeldOut beside a loss that compares real images with fakes"
    ),
    ("seed: 1\n", "run.yaml:1:1: train.steps: found neither steps nor epochs"),
  ]

  @Test(arguments: files)
  func badFile(yaml: String, expected: String) {
    let found = message(yaml)
    #expect(found.contains(expected), "\(found)")
    #expect(found.split(separator: "\n").allSatisfy { $0.hasPrefix("run.yaml:") }, "\(found)")
  }

  @Test func allMistakesAtOnceInTheOrderOfTheirLines() {
    let yaml = """
      name: facades
      data:
        source: foldr
        path: photographs
        image: {size: 64, chanels: 3}
      model:
        generator: {preset: dcgan, width: wide}
      train:
        batch: 0
        epochs: 25
        optimizer:
          generator: {learningRate: "2e-4"}
      treads: 4
      """
    #expect(
      message(yaml, ["output.samples.evry=3"]) == """
        run.yaml: 7 errors
        run.yaml:3:11: data.source: found foldr, expected one of folder, celeba, idx, svhn, synthetic. Did you mean folder?
        run.yaml:5:21: unknown key data.image.chanels. Did you mean data.image.channels?
        run.yaml:7:37: model.generator.width: found wide, expected a whole number from 1 to 4096.
        run.yaml:9:10: train.batch: found 0, expected a whole number from 1 to 1048576.
        run.yaml:12:31: train.optimizer.generator.learningRate: found "2e-4", expected a number over 0, at most 1. \
        Remove the quotes.
        run.yaml:13:1: unknown key treads. Did you mean threads?
        --set output.samples.evry=3: unknown key output.samples.evry. Did you mean output.samples.every?
        """)
  }

  @Test func shapesAreToldLayerByLayer() {
    let yaml = """
      data: {source: synthetic, image: {size: 32}}
      train: {steps: 1}
      model:
        discriminator:
          layers:
            - convolution: {channels: 8, kernel: 4, stride: 2, padding: 1}
            - leakyRelu: {slope: 0.2}
            - convolution: {channels: 1, kernel: 8}
      """
    #expect(
      message(yaml) == """
        run.yaml:5:5: model.discriminator: makes 1×9×9 of 3×32×32 in 3 layers, expected one logit, 1×1×1, or two. \
        Shapes after each layer: 8×16×16, 8×16×16, 1×9×9.
        """)
  }

  /// A generator that has batch norm of a vector; of one sample, it makes the same of every latent.
  private static let vectorNorm = """
    data: {source: synthetic, image: {size: 8}}
    train: {steps: 1, batch: 2}
    model:
      latent: {size: 4}
      generator:
        layers: [{dense: {units: 192}}, {batchNorm: {}}, {relu: {}}, {reshape: {channels: 3, height: 8, width: 8}}, {tanh: {}}]
      discriminator: {layers: [{convolution: {channels: 4, kernel: 8}}, {batchNorm: {}}, {flatten: {}}, {dense: {units: 1}}]}

    """

  @Test func batchNormOfASingleValue() {
    let yaml = Self.vectorNorm
    #expect(message(yaml) == "")
    #expect(
      message(yaml, ["train.batch=1"])
        == "--set train.batch=1: train.batch: found 1, expected at least 2: layer 1 of the generator is batchNorm of "
        + "192×1×1, a single value per channel, which it replaces by a constant. Raise train.batch, or leave this "
        + "batchNorm out.")
    let others = ["model.generator={layers: [{dense: {units: 192}}, {reshape: {channels: 3, height: 8, width: 8}}]}"]
    #expect(message(yaml, others) == "")
    let discriminator = message(yaml, others + ["train.batch=1"])
    #expect(discriminator.contains("train.batch: found 1") && discriminator.contains("layer 1 of the discriminator"))
    // Maps of several pixels have several values.
    #expect(message("data: {source: synthetic}\ntrain: {steps: 1, batch: 1}\noutput: {samples: {count: 1}}\n") == "")

    let sample = message(yaml, ["output.samples.count=1"])
    #expect(sample.contains("output.samples.count: found 1, expected at least 2: layer 1 of the generator"))
    #expect(sample.contains("output.samples.batchNorm: running"))
    #expect(
      message(yaml, ["output.samples.final=1"]).contains("output.samples.final: found 1, expected 0 or at least 2"))
    let running = ["output.samples.count=1", "output.samples.final=1", "output.samples.batchNorm=running"]
    #expect(message(yaml, running) == "")
    let always = yaml.replacing(
      "{units: 192}}, {batchNorm: {}}", with: "{units: 192}}, {batchNorm: {statistics: batch}}")
    #expect(message(always) == "" && message(always, running).contains("or leave this batchNorm out"))
    #expect(message(yaml, ["output.samples.count=1"] + others) == "")
    // What is trained may be used.
    #expect(throws: Never.self) {
      try Configuration(recorded: yaml.replacing("batch: 2", with: "batch: 1"), file: "checkpoint")
    }
  }

  /// The distance compares patches of 7 by 7 pixels.
  @Test(arguments: [(6, false), (7, true)])
  func imagesSmallerThanAPatch(side: Int, isAccepted: Bool) {
    let yaml = """
      data: {source: synthetic, image: {size: \(side)}, validation: 0.5}
      train: {steps: 1, batch: 2}
      model:
        generator:
          layers: [{dense: {units: \(3 * side * side)}}, {reshape: {channels: 3, size: \(side)}}]
        discriminator: {layers: [{flatten: {}}, {dense: {units: 1}}]}
      output: {checkpoints: {best: slicedWasserstein}}

      """
    let found = message(yaml)
    #expect(
      (found == "") == isAccepted && (isAccepted || found.contains("best: found slicedWasserstein for images of 6")))
  }

  @Test(arguments: ["train.batch", "=3", "train..batch=3", "train.batch.=3", ".=1"])
  func badOverride(argument: String) {
    #expect(message(shortestYAML, [argument]).hasPrefix("--set \(argument): found "))
  }

  @Test func overrideThatIsNotYAML() {
    #expect(message(shortestYAML, ["train={"]).hasPrefix("--set train={: not YAML: "))
    #expect(message(shortestYAML, ["train.batch=&a 3"]).hasPrefix("--set train.batch=&a 3: found &a…, an anchor"))
  }
}
