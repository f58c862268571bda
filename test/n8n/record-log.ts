import { Logger } from '@n8n/backend-common';
import { Container } from '@n8n/di';
import { LoggerProxy } from 'n8n-workflow';

export interface LogLine {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly message: string;
  readonly metadata: unknown;
}

/**
 * Replaces n8n's log.
 * @returns the lines written from now until the next call
 */
export function recordLog(): LogLine[] {
  const lines: LogLine[] = [];
  const level = (name: LogLine['level']): PropertyDescriptor => ({
    value: (message: string, metadata?: unknown) => {
      lines.push({ level: name, message, metadata });
    },
  });
  const logger: unknown = Object.create(Logger.prototype, {
    error: level('error'),
    warn: level('warn'),
    info: level('info'),
    debug: level('debug'),
    scoped: { value: () => logger },
  });
  if (!(logger instanceof Logger)) throw new Error('That is no logger.');
  Container.set(Logger, logger);
  LoggerProxy.init(logger);
  return lines;
}
