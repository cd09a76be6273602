//! The numbers of the fields, and of what some of them choose from. Source: onnx/onnx.proto.

/// `ModelProto`.
pub const MODEL_FORMAT: u32 = 1;
pub const MODEL_PRODUCER: u32 = 2;
pub const MODEL_PRODUCER_VERSION: u32 = 3;
pub const MODEL_GRAPH: u32 = 7;
pub const MODEL_OPERATORS: u32 = 8;
pub const MODEL_METADATA: u32 = 14;

/// `OperatorSetIdProto`.
pub const SET_DOMAIN: u32 = 1;
pub const SET_VERSION: u32 = 2;

/// `StringStringEntryProto`.
pub const ENTRY_KEY: u32 = 1;
pub const ENTRY_VALUE: u32 = 2;

/// `GraphProto`.
pub const GRAPH_NODE: u32 = 1;
pub const GRAPH_NAME: u32 = 2;
pub const GRAPH_INITIALIZER: u32 = 5;
pub const GRAPH_INPUT: u32 = 11;
pub const GRAPH_OUTPUT: u32 = 12;

/// `NodeProto`.
pub const NODE_INPUT: u32 = 1;
pub const NODE_OUTPUT: u32 = 2;
pub const NODE_NAME: u32 = 3;
pub const NODE_OPERATOR: u32 = 4;
pub const NODE_ATTRIBUTE: u32 = 5;

/// `AttributeProto`, and the types that are used.
pub const ATTRIBUTE_NAME: u32 = 1;
pub const ATTRIBUTE_INTEGER: u32 = 3;
pub const ATTRIBUTE_INTEGERS: u32 = 8;
pub const ATTRIBUTE_TYPE: u32 = 20;
pub const INTEGER: u64 = 2;
pub const INTEGERS: u64 = 7;

/// `TensorProto`, and the types that are used.
pub const TENSOR_DIMENSIONS: u32 = 1;
pub const TENSOR_TYPE: u32 = 2;
pub const TENSOR_NAME: u32 = 8;
pub const TENSOR_BYTES: u32 = 9;
pub const FLOAT: u64 = 1;
pub const INT64: u64 = 7;

/// `ValueInfoProto`, `TypeProto`, `TypeProto.Tensor`, `TensorShapeProto` and its `Dimension`.
pub const VALUE_NAME: u32 = 1;
pub const VALUE_TYPE: u32 = 2;
pub const TYPE_TENSOR: u32 = 1;
pub const ELEMENT_TYPE: u32 = 1;
pub const ELEMENT_SHAPE: u32 = 2;
pub const SHAPE_DIMENSION: u32 = 1;
pub const DIMENSION_VALUE: u32 = 1;
pub const DIMENSION_NAME: u32 = 2;
