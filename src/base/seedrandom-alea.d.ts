/** @types/seedrandom types only the main entry, which pulls in every generator and `crypto`. */
declare module 'seedrandom/lib/alea.js' {
  interface AleaState {
    c: number;
    s0: number;
    s1: number;
    s2: number;
  }
  interface Alea {
    (): number;
    int32(): number;
    double(): number;
    state(): AleaState;
  }
  const alea: (seed: string, options?: { state: AleaState | true }) => Alea;
  export default alea;
}
