import { fieldsOf, textIn, type Fields } from './fields.ts';

/** The orders that a worker accepts, by name. */
export type Orders = Readonly<Record<string, (order: Fields) => Fields | Promise<Fields>>>;

/** Makes this process answer orders until its parent ends. */
export function takeOrders(orders: Orders): void {
  const say = (answer: Fields): void => {
    process.send?.(answer);
  };
  process.on('message', (message: unknown) => {
    const answer = async (): Promise<Fields> => {
      const order = fieldsOf(message);
      const name = textIn(order, 'do');
      const work = orders[name];
      if (work === undefined) throw new Error(`There is no order “${name}”.`);
      return work(order);
    };
    answer().then(say, (error: unknown) => {
      say({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    });
  });
  process.on('disconnect', () => process.exit());
}
