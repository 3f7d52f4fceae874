/** Names of the scores this project reports, as they appear in results.json. All scores are fractions, not percentages. */
export type MetricName = 'accuracy' | 'f1' | 'matthews' | 'pearson' | 'spearman';
