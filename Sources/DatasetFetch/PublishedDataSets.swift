extension PublishedDataSet {
  /// The sets that `disttrain data fetch` knows.
  ///
  /// Sizes and checksums of MNIST, Fashion-MNIST, EMNIST and SVHN are those that several independent projects record
  /// for the same addresses (torchvision's and TensorFlow Datasets' lists among them). None is published for the
  /// facades.
  package static let all = [facades, mnist, fashion, emnist, svhn]

  private static let facades = PublishedDataSet(
    name: "facades",
    title: "CMP Facade Database (Tyleček & Šára 2013): 606 rectified photographs of facades",
    licence: "Creative Commons BY-SA, as published; please cite the paper",
    page: "https://cmp.felk.cvut.cz/~tylecr1/facade/",
    files: ["base", "extended"].map { part in
      // Photographs are .jpg; the .png and .xml beside them are labels.
      RemoteFile(
        "CMP_facade_DB_\(part).zip", in: "https://cmp.felk.cvut.cz/~tylecr1/facade/",
        members: ArchiveMembers(suffix: ".jpg", largest: 1 << 26))
    })

  private static let mnist = PublishedDataSet(
    name: "mnist",
    title: "MNIST (LeCun, Cortes & Burges 1998): 60,000 and 10,000 handwritten digits, 28×28, grey",
    licence: "Creative Commons BY-SA 3.0",
    page: "http://yann.lecun.com/exdb/mnist/",
    files: idx(
      in: "https://ossci-datasets.s3.amazonaws.com/mnist/",
      [
        ("train-images-idx3-ubyte.gz", 9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        ("train-labels-idx1-ubyte.gz", 28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        ("t10k-images-idx3-ubyte.gz", 1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        ("t10k-labels-idx1-ubyte.gz", 4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
      ]))

  private static let fashion = PublishedDataSet(
    name: "fashion",
    title: "Fashion-MNIST (Xiao, Rasul & Vollgraf 2017): 60,000 and 10,000 articles of clothing, 28×28, grey",
    licence: "MIT, Zalando SE",
    page: "https://github.com/zalandoresearch/fashion-mnist",
    files: idx(
      in: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
      [
        ("train-images-idx3-ubyte.gz", 26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        ("train-labels-idx1-ubyte.gz", 29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        ("t10k-images-idx3-ubyte.gz", 4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        ("t10k-labels-idx1-ubyte.gz", 5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
      ]))

  private static let emnist = PublishedDataSet(
    name: "emnist",
    title:
      "EMNIST (Cohen, Afshar, Tapson & van Schaik 2017): 814,255 handwritten characters in six splits, 28×28, grey",
    licence: "none stated; made from NIST Special Database 19, please cite the paper",
    page: "https://www.nist.gov/itl/products-and-services/emnist-dataset",
    files: [
      RemoteFile(
        "gzip.zip", in: "https://biometrics.nist.gov/cs_links/EMNIST/", size: 561_753_746,
        sha256: "fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e",
        members: ArchiveMembers(suffix: "-ubyte.gz", largest: 1 << 30))
    ])

  private static let svhn = PublishedDataSet(
    name: "svhn",
    title: "SVHN, cropped digits (Netzer et al. 2011): 73,257, 26,032 and 531,131 house numbers' digits, 32×32, RGB",
    licence: "for non-commercial use only",
    page: "http://ufldl.stanford.edu/housenumbers/",
    files: [
      RemoteFile(
        "train_32x32.mat", in: housenumbers, size: 182_040_794,
        sha256: "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8"),
      RemoteFile(
        "test_32x32.mat", in: housenumbers, size: 64_275_384,
        sha256: "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b"),
      RemoteFile(
        "extra_32x32.mat", in: housenumbers, size: 1_329_278_602,
        sha256: "a133a4beb38a00fcdda90c9489e0c04f900b660ce8a316a5e854838379a71eb3", isOptional: true),
    ])

  private static let housenumbers = "http://ufldl.stanford.edu/housenumbers/"

  private static func idx(in folder: String, _ files: [(name: String, size: Int, sha256: String)]) -> [RemoteFile] {
    files.map { RemoteFile($0.name, in: folder, size: $0.size, sha256: $0.sha256) }
  }
}
