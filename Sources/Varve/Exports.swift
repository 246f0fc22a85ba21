// `import Varve` is enough: the vocabulary comes with it.
@_exported public import VarveBase
