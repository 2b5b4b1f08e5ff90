// swift-tools-version: 6.2
import PackageDescription

// Who may import whom; nothing else is allowed:
//   CMPI ← MPI;  {CKernels, COpenBLAS} ← Tensor ← {ImageIO, GAN, ModelFiles};  CImage ← ImageIO;
//   COpenSSL ← ModelFiles ← GAN;  {MPI, GAN, ImageIO, ModelFiles, Events} ← DistTrain ← cli;  Hosts ← launcher, which
//   imports none of the others.
let package = Package(
  name: "disttrain",
  products: [
    .executable(name: "disttrain", targets: ["disttrain"]),
    .executable(name: "disttrain-launch", targets: ["disttrain-launch"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.30.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
  ],
  targets: [
    .systemLibrary(name: "CMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(
      name: "CImage",
      linkerSettings: [
        .linkedLibrary("png16"), .linkedLibrary("jpeg"), .linkedLibrary("gif"), .linkedLibrary("matio"),
        .linkedLibrary("z"),
      ]),
    .target(name: "CKernels", linkerSettings: [.linkedLibrary("m")]),

    .target(name: "MPI", dependencies: ["CMPI"]),
    .target(name: "Tensor", dependencies: ["CKernels", "COpenBLAS"]),
    .target(name: "ImageIO", dependencies: ["CImage", "Tensor"]),
    .target(
      name: "ModelFiles",
      dependencies: ["COpenSSL", "Tensor", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
      exclude: ["ONNX/onnx.proto"]),
    .target(
      name: "Events", dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")],
      exclude: ["event.proto"]),
    .target(name: "GAN", dependencies: ["ModelFiles", "Tensor"]),
    .target(
      name: "DistTrain",
      dependencies: [
        "MPI", "GAN", "ImageIO", "ModelFiles", "Events", "Tensor", .product(name: "Yams", package: "Yams"),
      ]),

    .executableTarget(
      name: "disttrain",
      dependencies: ["DistTrain", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      path: "Sources/cli"),
    .target(name: "Hosts", path: "Sources/launcher/Hosts"),
    .executableTarget(
      name: "disttrain-launch",
      dependencies: ["Hosts", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      path: "Sources/launcher", exclude: ["Hosts"]),

    .target(name: "CAllocationCounter", path: "Tests/Support/CAllocationCounter"),
    .testTarget(name: "MPITests", dependencies: ["MPI"]),
    .testTarget(name: "TensorTests", dependencies: ["Tensor"]),
    .testTarget(name: "ImageIOTests", dependencies: ["ImageIO", "Tensor"], exclude: ["Fixtures"]),
    .testTarget(name: "ModelFilesTests", dependencies: ["ModelFiles"], exclude: ["Fixtures"]),
    .testTarget(name: "EventsTests", dependencies: ["Events"], exclude: ["Fixtures"]),
    .testTarget(
      name: "GANTests", dependencies: ["CAllocationCounter", "GAN", "ModelFiles", "Tensor"], exclude: ["Fixtures"]),
    .testTarget(
      name: "DistTrainTests", dependencies: ["DistTrain", "GAN", "ImageIO", "ModelFiles", "Tensor"],
      exclude: ["Fixtures"]),
    .testTarget(name: "CommandLineTests", dependencies: ["disttrain", "ModelFiles"]),
    .testTarget(name: "LauncherTests", dependencies: ["Hosts", "disttrain-launch"]),

    .target(
      name: "ParserEntries", dependencies: ["DistTrain", "GAN", "Hosts", "ImageIO", "ModelFiles", "Tensor"],
      path: "Tests/Fuzz/ParserEntries"),
    .testTarget(
      name: "ReplayTests", dependencies: ["ParserEntries"], path: "Tests/Fuzz/Replay"),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu17
)

// scripts/fuzz alone builds these: they need a runtime that it names to the linker.
if Context.environment["DISTTRAIN_FUZZ"] != nil {
  package.targets += [
    .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
    .executableTarget(name: "fuzz-parsers", dependencies: ["CFuzzer", "ParserEntries"], path: "Tests/Fuzz/Driver"),
  ]
}
