/** A piece of a file to read and compress. */
export interface Piece {
  real: string;
  offset: number;
  length: number;
  /** CRC-32 that the bytes had when they were listed. */
  crc: number;
  /** The last piece of a file ends its deflate stream. */
  last: boolean;
  /** Store the bytes without compression. */
  store: boolean;
}

export interface PieceResult {
  /** Number of bytes of this piece in the answer's `bytes`, which hold all pieces in order. */
  length: number;
  stored: boolean;
}

export interface WorkerAnswer {
  id: number;
  bytes?: Uint8Array;
  results?: PieceResult[];
  /** A file that could not be read, or that changed. */
  failed?: { real: string; reason: string };
}

/**
 * Runs in a worker thread that is started from this function's source text, so it may use nothing from outside its
 * braces. It compresses synchronously, which on two cores takes half the time of zlib's asynchronous calls, and it
 * reuses one buffer.
 */
export function zipWorker(): void {
  const { parentPort } = process.getBuiltinModule('node:worker_threads');
  const fs = process.getBuiltinModule('node:fs');
  const zlib = process.getBuiltinModule('node:zlib');
  const flags = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0);

  const read = (piece: Piece, buffer: Buffer): Buffer => {
    const descriptor = fs.openSync(piece.real, flags);
    try {
      let length = 0;
      while (length < piece.length) {
        const got = fs.readSync(descriptor, buffer, length, piece.length - length, piece.offset + length);
        if (got === 0) break;
        length += got;
      }
      return buffer.subarray(0, length);
    } finally {
      fs.closeSync(descriptor);
    }
  };

  let buffer = Buffer.allocUnsafeSlow(0);
  parentPort?.on('message', ({ id, pieces }: { id: number; pieces: Piece[] }) => {
    let real = '';
    try {
      const results: PieceResult[] = [];
      const parts: Buffer[] = [];
      for (const piece of pieces) {
        real = piece.real;
        if (buffer.length < piece.length) buffer = Buffer.allocUnsafeSlow(piece.length);
        const bytes = read(piece, buffer);
        if (bytes.length !== piece.length || zlib.crc32(bytes) !== piece.crc) throw new Error('changed');
        const whole = piece.offset === 0 && piece.last;
        const finishFlush = piece.last ? zlib.constants.Z_FINISH : zlib.constants.Z_SYNC_FLUSH;
        // zlib allocates a whole chunk for every file, however small it is.
        const chunkSize = Math.min(64 * 1024, Math.max(1024, Math.ceil(bytes.length * 0.6)));
        const packed = piece.store
          ? undefined
          : zlib.deflateRawSync(bytes, { level: 6, finishFlush, chunkSize });
        const stored = packed === undefined || (whole && packed.length >= bytes.length);
        const part = stored ? Buffer.from(bytes) : packed;
        parts.push(part);
        results.push({ length: part.length, stored });
      }
      const all = Buffer.allocUnsafeSlow(parts.reduce((sum, part) => sum + part.length, 0));
      let at = 0;
      for (const part of parts) at += part.copy(all, at);
      parentPort?.postMessage({ id, bytes: all, results }, [all.buffer]);
    } catch (error) {
      parentPort?.postMessage({
        id,
        failed: { real, reason: error instanceof Error ? error.message : String(error) },
      });
    }
  });
}
