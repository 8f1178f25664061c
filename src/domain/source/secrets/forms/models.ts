import { around, type SecretForm, token } from './form.ts';

/** Providers of models. */
export const models: readonly SecretForm[] = [
  // The middle is `OpenAI` in base64.
  around('a key of OpenAI', ['T3BlbkFJ'], 'sk-[\\w-]{20,90}T3BlbkFJ[\\w-]{20,90}'),
  token('a key of Anthropic', ['sk-ant-'], '(?:api|admin|oat|ort)\\d\\d-[\\w-]{80,120}'),
  token('a key of OpenRouter', ['sk-or-v1-'], '[0-9a-f]{64}'),
  token('a token of Hugging Face', ['hf_'], '[A-Za-z]{34}'),
  token('a token of Hugging Face', ['api_org_'], '[A-Za-z]{34}'),
  token('a key of Groq', ['gsk_'], '[A-Za-z0-9]{52}'),
  token('a key of xAI', ['xai-'], '[A-Za-z0-9]{80}'),
  token('a key of Perplexity', ['pplx-'], '[A-Za-z0-9]{48}'),
  token('a token of Replicate', ['r8_'], '[A-Za-z0-9]{37}'),
  token('a key of Pinecone', ['pcsk_'], '[A-Za-z0-9]{5,6}_[A-Za-z0-9]{60,70}'),
  token('a key of LangSmith', ['lsv2_pt_', 'lsv2_sk_'], '[0-9a-f]{32}_[0-9a-f]{10}'),
  token('a key of Langfuse', ['sk-lf-'], '[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}'),
];
