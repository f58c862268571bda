import type { Node, NodeMessage } from '@node-red/registry';

/** A message for the first output, or one for each output; null: none for this one. */
export type Outputs = NodeMessage | (NodeMessage | null)[];

/** The work of a node that sends one message for each message it receives. */
export interface Answering {
  /** Called once, when the node is created. Never throws. */
  begin(): void;
  /** Returns the message to send. @throws an error, which {@link failed} then receives */
  handle(message: NodeMessage): Promise<Outputs>;
  /** Shows why there is no answer, and returns the error for Catch nodes. */
  failed(error: unknown): Error;
  /** Called when the node is stopped. Idempotent, never throws. */
  end(): void;
}

/** Connects a node's work to its input and close events. */
export function answerMessages(node: Node, work: Answering): void {
  work.begin();
  node.on('input', (message, send, done) => {
    work.handle(message).then(
      (answer) => {
        send(answer);
        done();
      },
      (error: unknown) => {
        done(work.failed(error));
      },
    );
  });
  node.on('close', (done: () => void) => {
    work.end();
    done();
  });
}
