import { type ServerDuplexStream, status } from '@grpc/grpc-js';
import type { DescriptorIndex } from './descriptor-index.js';
import type {
  ServerReflectionRequest,
  ServerReflectionResponse,
  ServerReflectionServer,
} from './generated/grpc/reflection/v1/reflection.js';

type Answer = NonNullable<ServerReflectionResponse['messageResponse']>;
type Conversation = ServerDuplexStream<ServerReflectionRequest, ServerReflectionResponse>;

/**
 * The reflection service. v1 and v1alpha have the same messages, so that one implementation serves both. Every
 * conversation is ended when `stopping` aborts.
 */
export function createReflectionService(
  index: DescriptorIndex,
  stopping: AbortSignal,
): ServerReflectionServer {
  const open = new Set<Conversation>();
  stopping.addEventListener('abort', () => {
    for (const call of open) call.end();
    open.clear();
  });
  return {
    serverReflectionInfo: (call) => {
      if (stopping.aborted) {
        call.end();
        return;
      }
      open.add(call);
      const close = () => {
        if (open.delete(call)) call.end();
      };
      call.on('data', (request: ServerReflectionRequest) => {
        const written = call.write({
          validHost: request.host,
          originalRequest: request,
          messageResponse: answer(index, request),
        });
        // A client that asks without reading is not answered until it reads.
        if (!written) {
          call.pause();
          call.once('drain', () => call.resume());
        }
      });
      call.on('end', close);
      call.on('cancelled', close);
    },
  };
}

function answer(index: DescriptorIndex, request: ServerReflectionRequest): Answer {
  const question = request.messageRequest;
  switch (question?.$case) {
    case 'fileByFilename':
      return fileAnswer(index, question.value);
    case 'fileContainingSymbol':
      return fileAnswer(index, index.fileOf(question.value));
    case 'fileContainingExtension':
      return fileAnswer(
        index,
        index.extensionsOf(question.value.containingType).get(question.value.extensionNumber) ?? null,
      );
    case 'allExtensionNumbersOfType':
      return index.isMessage(question.value)
        ? {
            $case: 'allExtensionNumbersResponse',
            value: {
              baseTypeName: question.value,
              extensionNumber: [...index.extensionsOf(question.value).keys()],
            },
          }
        : failure(status.NOT_FOUND, 'this server has no message of that name');
    case 'listServices':
      return {
        $case: 'listServicesResponse',
        value: { service: index.services.map((name) => ({ name })) },
      };
    case undefined:
      return failure(status.INVALID_ARGUMENT, 'the request asks nothing that this server knows');
  }
}

function fileAnswer(index: DescriptorIndex, name: string | null): Answer {
  const files = name === null ? null : index.filesFor(name);
  if (files === null) return failure(status.NOT_FOUND, 'this server has no such file or symbol');
  return {
    $case: 'fileDescriptorResponse',
    value: { fileDescriptorProto: files.map((file) => Buffer.from(file)) },
  };
}

function failure(code: status, message: string): Answer {
  return { $case: 'errorResponse', value: { errorCode: code, errorMessage: message } };
}
