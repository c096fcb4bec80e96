internal import CDNNL

/// The type of a few dense channels-last rows in scratch memory.
public struct RowFormat: Hashable, Sendable {
    /// Type of the elements.
    public let element: ElementType
    /// Name of the parameter that says what the largest byte stands for; nil of other types.
    let scale: String?

    init(_ element: ElementType, scale: String? = nil) {
        self.element = element
        self.scale = element.largestByte == nil ? nil : scale
    }

    func format(channels: Int, height: Int, width: Int, pixelStride: Int? = nil) -> Tensor.Format {
        Tensor.Format(
            shape: [1, channels, height, width],
            element: element,
            layout: .channelsLast,
            pixelStride: pixelStride ?? channels,
            scale: scale
        )
    }
}

/// A convolution of a few rows in scratch memory, so that what follows finds its result in the cache.
///
/// It computes with what `Arithmetic` says of the layer, and copies its input first where that is of another type.
public struct RowConvolution: Sendable {
    /// The type of its result.
    public let output: RowFormat
    /// Bytes of its result.
    public let outputByteCount: Int
    private let primitive: ConvolutionPrimitive
    private let conversion: ReorderPrimitive?
    private let convertedByteCount: Int

    /// Prepares a layer for rows of a tensor.
    ///
    /// - Parameters:
    ///   - input: the channels-last tensor whose rows it reads.
    ///   - next: the layer that reads the result; nil gives float32.
    public init(
        _ convolution: Convolution,
        rowsOf input: Tensor,
        rows: Int,
        then next: Convolution?,
        _ arithmetic: Arithmetic,
        _ context: PreparationContext
    ) throws {
        try self.init(
            convolution,
            input.format,
            RowFormat(input.element, scale: input.scale),
            rows: rows,
            width: input.width,
            then: next,
            arithmetic,
            context
        )
    }

    /// Prepares a layer for the result of another.
    public init(
        _ convolution: Convolution,
        after previous: RowConvolution,
        rows: Int,
        width: Int,
        then next: Convolution?,
        _ arithmetic: Arithmetic,
        _ context: PreparationContext
    ) throws {
        try self.init(
            convolution,
            previous.output.format(channels: convolution.paddedInChannels, height: rows, width: width),
            previous.output,
            rows: rows,
            width: width,
            then: next,
            arithmetic,
            context
        )
    }

    private init(
        _ convolution: Convolution,
        _ given: Tensor.Format,
        _ input: RowFormat,
        rows: Int,
        width: Int,
        then next: Convolution?,
        _ arithmetic: Arithmetic,
        _ context: PreparationContext
    ) throws {
        let element = arithmetic.element(of: convolution)
        let isReady = input.element == element || (element == .int8 && input.element == .uint8)
        let read = isReady ? input : RowFormat(element, scale: convolution.inputScale)
        output =
            next.map { Self.result(of: convolution, computedAs: element, readAs: arithmetic.element(of: $0), by: $0) }
            ?? RowFormat(.float32)
        let written = output.format(channels: convolution.paddedOutChannels, height: rows, width: width)
        outputByteCount = rows * width * convolution.paddedOutChannels * output.element.byteCount
        let pixelStride = isReady ? given.pixelStride : convolution.paddedInChannels
        let source = read.format(
            channels: convolution.paddedInChannels,
            height: rows,
            width: width,
            pixelStride: pixelStride
        )
        primitive = try context.convolution(
            ConvolutionPrimitive.Key(convolution: convolution, input: source, output: written)
        )
        guard !isReady else {
            (conversion, convertedByteCount) = (nil, 0)
            return
        }
        let whole = input.format(
            channels: convolution.paddedInChannels,
            height: rows,
            width: width,
            pixelStride: given.pixelStride
        )
        var from = try context.engine.md(whole)
        var to = try context.engine.md(source)
        conversion = try ReorderPrimitive(
            context.engine,
            from: &from,
            to: &to,
            factor: try context.unit(of: whole) / context.unit(of: source)
        )
        convertedByteCount = rows * width * convolution.paddedInChannels * read.element.byteCount
    }

    /// The type in which a layer's result is read by the next one.
    private static func result(
        of convolution: Convolution,
        computedAs element: ElementType,
        readAs next: ElementType,
        by reader: Convolution
    ) -> RowFormat {
        switch (element, next) {
        case (.float32, _): RowFormat(.float32)
        case (_, .int8), (_, .uint8):
            element == .bfloat16
                ? RowFormat(.bfloat16)
                : RowFormat(convolution.activation == nil ? .int8 : .uint8, scale: reader.inputScale)
        default: RowFormat(element == .bfloat16 || HostArithmetic.hasBFloat16 ? next : .float32)
        }
    }

    /// Bytes of scratch memory beside the result.
    public var scratchBytes: Int {
        convertedByteCount + Self.alignment + max(primitive.scratchBytes, conversion?.scratchBytes ?? 0)
    }

    private static let alignment = 64

    /// Fixes the addresses.
    ///
    /// - Parameter scratch: of `scratchBytes`, aligned to 64 bytes.
    public func bind(
        input: UnsafeMutableRawPointer,
        output: UnsafeMutableRawPointer,
        scratch: UnsafeMutableRawPointer,
        on stream: DNNLStream
    ) throws -> () throws -> Void {
        let rest = scratch + (convertedByteCount + Self.alignment - 1) / Self.alignment * Self.alignment
        let arguments = try primitive.arguments(
            input: conversion == nil ? input : scratch,
            output: output,
            scratch: rest
        )
        let primitive = primitive
        guard let conversion else { return { try primitive.run(arguments, on: stream) } }
        let copy = try conversion.arguments(source: input, target: scratch, scratch: rest)
        return {
            try conversion.run(copy, on: stream)
            try primitive.run(arguments, on: stream)
        }
    }
}
