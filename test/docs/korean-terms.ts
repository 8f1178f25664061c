/**
 * The words of the Korean pages: one spelling for each, as Google's and GitHub's own Korean pages or the guide of the National
 * Institute of Korean Language have it. `not` lists the spellings that a page must not have.
 */
export interface KoreanTerm {
  english: string;
  korean: string;
  not: readonly string[];
}

const term = (english: string, korean: string, ...not: string[]): KoreanTerm => ({ english, korean, not });

export const koreanTerms: readonly KoreanTerm[] = [
  term('release', '릴리스', '릴리즈', '출시'),
  term('revision', '리비전', '리비젼', '개정판'),
  term('traffic', '트래픽', '트래픽량', '통행량'),
  term('roll back', '롤백', '롤 백', '되감기'),
  term('canary', '카나리', '카나리아', '캐너리'),
  term('deploy', '배포', '디플로이', '전개'),
  term('verdict', '판정', '평결', '판결'),
  term('hold', '보류', '홀드'),
  term('watch', '감시', '와치', '워치'),
  term('guard', '가드', '보호기'),
  term('smoke test', '스모크 테스트', '스모크테스트', '연기 테스트'),
  term('suite', '스위트', '스윗', '테스트 모음'),
  term('probe', '프로브', '탐침'),
  term('error', '오류', '에러'),
  term('error budget', '오류 예산', '에러 예산', '오류예산'),
  term('function', '함수', '펑션'),
  term('runner', '러너', '실행기', '런너'),
  term('workflow', '워크플로', '워크플로우', '작업 흐름'),
  term('repository', '저장소', '리포지토리', '레포'),
  term('branch', '브랜치', '분기'),
  term('pull request', '풀 리퀘스트', '풀리퀘스트', '끌어오기 요청'),
  term('secret', '시크릿', '씨크릿', '비밀 값'),
  term('provider (of identities)', '제공업체', '제공자', '공급자', '프로바이더'),
  term('workload identity federation', '워크로드 아이덴티티 제휴', '워크로드 아이덴티티 연합'),
  term('attribute condition', '속성 조건', '특성 조건'),
  term('binding', '바인딩', '결합'),
  term('member', '구성원', '멤버'),
  term('invoker account', '호출 계정', '인보커'),
  term('service account', '서비스 계정', '서비스 어카운트', '서비스계정'),
  term('permission', '권한', '퍼미션', '허가'),
  term('policy', '정책', '폴리시'),
  term('quota', '할당량', '쿼터'),
  term('label', '라벨', '레이블'),
  term('directory', '디렉터리', '디렉토리', '폴더'),
  term('message', '메시지', '메세지'),
  term('mapping', '매핑', '맵핑'),
  term('annotation', '어노테이션', '애노테이션', '애너테이션'),
  term('artifact', '아티팩트', '아티펙트'),
  term('default', '기본값', '디폴트', '초깃값'),
  term('timeout', '제한 시간', '타임아웃', '시간제한'),
  term('environment variable', '환경 변수', '환경변수'),
  term('proxy', '프록시', '프락시'),
  term('gateway', '게이트웨이', '관문'),
  term('container', '컨테이너', '콘테이너'),
  term('image', '이미지', '이메지'),
  term('prometheus target', '타깃', '타겟'),
  term('time series', '시계열', '시 계열'),
  term('load balancer', '부하 분산기', '로드 밸런서', '로드밸런서'),
  term('backup', '백업', '예비 복사'),
  term('log in', '로그인', '로긴'),
  term('commit', '커밋', '컴밋'),
  term('job summary', '요약', '써머리'),
];

/** Whether a word ends in a consonant, which decides the particle behind it. Undefined if it does not end in Hangul. */
function endsInConsonant(word: string): { any: boolean; rieul: boolean } | undefined {
  const code = (word.at(-1) ?? '').charCodeAt(0) - 0xac00;
  if (!(code >= 0 && code < 11172)) return undefined;
  return { any: code % 28 !== 0, rieul: code % 28 === 8 };
}

const pairs: readonly (readonly [consonant: string, vowel: string])[] = [
  ['을', '를'],
  ['이', '가'],
  ['은', '는'],
  ['과', '와'],
];

/** Places where a particle does not fit the word before it, as in `스위트을`. */
export function wrongParticles(text: string, terms: readonly string[]): string[] {
  return terms.flatMap((word) => {
    const end = endsInConsonant(word);
    if (!end) return [];
    const wrong = pairs.map(([consonant, vowel]) => (end.any ? vowel : consonant));
    wrong.push(end.any && !end.rieul ? '로' : '으로');
    const found = new RegExp(`(?<![가-힣])${word}(?:${wrong.join('|')})(?![가-힣])`, 'g');
    return text.match(found) ?? [];
  });
}
