import Configuration
import DistTrain
import Files
import ImageIO
import Reporting

/// Which of a configuration's images count as held out: those of `data.validation`; but if a model was trained on the
/// same images, which its file's data hash shows, those that this training held out.
struct HeldOutChoice {
  let partition: DataPartition
  /// Description of what holds them out.
  let title: String
  /// Whether the partition is that of the model's training.
  let isOfModel: Bool
  /// What a user may not expect; nil for nothing.
  let note: String?
  private let file: String
  private let validation: Double
  private let images: Int

  /// - Parameters:
  ///   - file: the configuration's name in messages.
  ///   - images: with their hashes if there is a model.
  init(_ configuration: Configuration, named file: String, _ images: ReadImages, trainedBy model: (any GeneratorModel)?)
  {
    func partition(_ configuration: Configuration) -> DataPartition {
      DataPartition(
        images: images.good.count, validation: configuration.data.validation, seed: configuration.seed)
    }
    let own = partition(configuration)
    (self.file, self.images) = (file, images.good.count)
    guard let model, let training = model.training else {
      (self.partition, isOfModel, note) = (own, false, nil)
      (validation, title) = (configuration.data.validation, "data.validation \(configuration.data.validation)")
      return
    }
    let trained = training.configuration
    isOfModel = images.dataHash(trained.data.transform(to: trained.model.image)) == training.data
    guard isOfModel else {
      (self.partition, validation) = (own, configuration.data.validation)
      title = "data.validation \(validation)"
      note =
        "\(model.title) was trained on other images than those of \(file) (their hash differs): it cannot be told "
        + "whether some of those held out were among them"
      return
    }
    let theirs = partition(trained)
    (self.partition, validation) = (theirs, trained.data.validation)
    guard theirs.heldOut != own.heldOut else {
      (title, note) = ("data.validation \(validation)", nil)
      return
    }
    title = "data.validation \(validation) of the training"
    note =
      "\(model.title) was trained with data.validation \(validation) and seed \(trained.seed): only images held out "
      + "by these count as held out, whatever \(file) and --set say"
  }

  /// Why too few images are held out, or none is left to train on.
  func refusal(heldOut: Int, folder: String?) -> UserFacingError {
    let found =
      "found \(quantity(heldOut, "image")) held out and \(partition.training.count) to train on, "
      + "expected two at least and one"
    if let folder {
      return UserFacingError(code: .usage, message: "\(folder): \(found); give another folder with --heldout")
    }
    guard isOfModel else {
      return UserFacingError(
        code: .usage,
        message:
          "\(found); set data.validation as the training had it (0.1 holds out a tenth), or give --heldout FOLDER")
    }
    return UserFacingError(
      code: .usage,
      message: "the model was trained on \(partition.training.count) of the \(images) images of \(file) (its "
        + "data.validation is \(validation)), so that \(heldOut == 0 ? "none" : "only \(heldOut)") can count as held "
        + "out; give --heldout FOLDER with images that it has not seen")
  }
}
