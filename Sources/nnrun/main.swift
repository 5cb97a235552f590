import NNRunCommands

nnrunMain()
