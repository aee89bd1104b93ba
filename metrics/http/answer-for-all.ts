/** An answer that is made for everybody who asks while it is being made. */
export class AnswerForAll<T> {
  readonly #make: () => Promise<T>;
  #underWay: Promise<T> | null = null;

  constructor(make: () => Promise<T>) {
    this.#make = make;
  }

  readonly get = (): Promise<T> => {
    this.#underWay ??= this.#make().finally(() => {
      this.#underWay = null;
    });
    return this.#underWay;
  };
}
