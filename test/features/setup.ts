/** Starts the product once for all feature tests, and stops it after the last. */
import type { TestProject } from 'vitest/node';
import { type ProductAddress, randomOffset, startProduct } from './product.ts';

declare module 'vitest' {
  interface ProvidedContext {
    product: ProductAddress;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const product = await startProduct({ portOffset: randomOffset() });
  const { apiUrl, apiKey, kafkaBrokers, temporalAddress, temporalUiUrl, databaseUrl, dataDir, portOffset } =
    product;
  project.provide('product', {
    apiUrl,
    apiKey,
    kafkaBrokers,
    temporalAddress,
    temporalUiUrl,
    databaseUrl,
    dataDir,
    portOffset,
  });
  return async () => void (await product.stop());
}
