# shellcheck shell=bash
# Finds a JDK that is new enough and exports it as JAVA_HOME. Sourced, after need.sh.

jdk_feature_min=25

# The feature version of the JDK in a folder, or 0: read from its release file, as starting a JVM takes 40 ms or more.
jdk_feature() {
  local line
  if [[ -x $1/bin/javac && -r $1/release ]]; then
    while IFS= read -r line; do
      if [[ $line =~ ^JAVA_VERSION=\"([0-9]+) ]]; then
        echo "${BASH_REMATCH[1]}"
        return
      fi
    done <"$1/release"
  fi
  echo 0
}

jdk_is_new_enough() {
  [[ -n $1 && $(jdk_feature "$1") -ge $jdk_feature_min ]]
}

find_jdk() {
  local candidate java
  if jdk_is_new_enough "${JAVA_HOME:-}"; then
    return
  fi
  java=$(command -v java || true)
  if [[ -n $java ]]; then
    java=$(readlink -f "$java" 2>/dev/null || echo "$java")
  fi
  for candidate in "${java%/bin/java}" \
    /usr/lib/jvm/* /opt/* "$HOME"/.sdkman/candidates/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if jdk_is_new_enough "$candidate"; then
      export JAVA_HOME=$candidate
      return
    fi
  done
  missing "no JDK $jdk_feature_min or later in JAVA_HOME, on PATH or in the usual places. To install one:" \
    "https://adoptium.net/temurin/releases/?version=$jdk_feature_min  (any machine), or" \
    "sudo apt-get install openjdk-$jdk_feature_min-jdk  (where the distribution has it), or" \
    "brew install --cask temurin@$jdk_feature_min  (macOS), or" \
    "sdk install java $jdk_feature_min-tem  (SDKMAN)" \
    "If it is there already: export JAVA_HOME=<its folder>"
}

find_jdk
