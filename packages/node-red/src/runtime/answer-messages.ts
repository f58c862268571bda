import type { Node, NodeMessage } from '@node-red/registry';

/** What a node does that makes one message of each that it gets. */
export interface Answering {
  /** Called once, when the node is there. Never throws. */
  begin(): void;
  /** Gives the message to send on. @throws what {@link failed} is then given */
  handle(message: NodeMessage): Promise<NodeMessage>;
  /** Shows why there is no answer, and gives the error for Catch nodes. */
  failed(error: unknown): Error;
  /** Called when the node is stopped. Idempotent, never throws. */
  end(): void;
}

/** Connects a node's work to its messages and to its end. */
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
