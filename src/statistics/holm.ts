/**
 * Holm's step-down adjustment (Holm 1979) of the p-values of a family of tests: rejecting where the adjusted value is at most α keeps the
 * chance of any false rejection below α, whatever the tests' dependence. As statsmodels' multipletests(method='holm').
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, index) => index).sort((a, b) => (pValues[a] as number) - (pValues[b] as number));
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  order.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * (pValues[index] as number)));
    adjusted[index] = largest;
  });
  return adjusted;
}
