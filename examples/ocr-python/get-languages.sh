#!/bin/sh
# Puts the language data of Tesseract into tessdata/. Run it once, before you deploy: the function fetches nothing at run time.
set -eu
cd "$(dirname "$0")"
mkdir -p tessdata
for language in eng kor; do
  archive=$(npm pack --silent "@tesseract.js-data/$language@1.0.0")
  tar -xzOf "$archive" "package/4.0.0_best_int/$language.traineddata.gz" | gunzip >"tessdata/$language.traineddata"
  rm "$archive"
done
