// What the benches say of their measurements: medians, quartiles and other quantiles.

import { describe, expect, it } from "vitest";
import { median, printedQuartiles, quantile, sorted, spreadOf } from "../bench/statistics.ts";

describe("a quantile", () => {
  it("is one of the numbers, or lies between two of them by its share", () => {
    expect([0, 0.25, 0.5, 1].map((share) => quantile([10, 20, 30, 40, 50], share))).toEqual([10, 20, 30, 50]);
    expect([0.1, 0.99].map((share) => quantile([10, 20, 30, 40, 50], share))).toEqual([14, 49.6]);
  });

  it("of one number is that number, and of none is not a number", () => {
    expect(quantile([7], 0.99)).toBe(7);
    expect(quantile([], 0.5)).toBeNaN();
  });
});

it("numbers are sorted by their size and not as text, and the list given stays as it is", () => {
  const given = [9, 100, 20];
  expect([...sorted(given)]).toEqual([9, 20, 100]);
  expect(given).toEqual([9, 100, 20]);
});

it("the quartiles hold the half around the median, whatever the order", () => {
  const spread = { lowerQuartile: 2, median: 3, upperQuartile: 4 };
  expect(spreadOf([5, 3, 1, 4, 2])).toEqual(spread);
  expect(spreadOf([4, 1, 3, 2])).toEqual({ lowerQuartile: 1.75, median: 2.5, upperQuartile: 3.25 });
  expect(printedQuartiles(spread)).toBe("2.00–4.00");
});

it("one outlier does not move the median", () => {
  expect(median([1, 1.1, 0.9, 1000, 1])).toBe(1);
});
