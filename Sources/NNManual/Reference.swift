import NNCore
import NNModel
