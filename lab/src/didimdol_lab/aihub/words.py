"""The adapter's refusals: message ko, message en, remedy ko, remedy en (part of `refusals.CATALOGUE`)."""

from __future__ import annotations

_NO_VERDICT_KO = "모델에 대한 판정이 아닙니다."
_NO_VERDICT_EN = "This is no verdict on the model."

REFUSALS: dict[str, tuple[str, str, str, str]] = {
    "aihub_missing": (
        "Qualcomm AI Hub 클라이언트의 환경이 없습니다: {python}",
        "The environment of the Qualcomm AI Hub client is missing: {python}",
        "'make aihub'로 .venv-aihub를 만들거나 DIDIMDOL_AIHUB_PYTHON에 그 Python을 적으십시오.",
        "Make .venv-aihub with 'make aihub', or name its Python in DIDIMDOL_AIHUB_PYTHON.",
    ),
    "aihub_consent": (
        "이 계획은 모델과 입력을 Qualcomm의 서버로 보냅니다. 그 허락이 없어 아무것도 보내지 않았습니다.",
        "This plan sends the model and its inputs to Qualcomm's servers. Without consent nothing was sent.",
        "모델의 주인이 동의했을 때만 measure나 agent에 --send-to-qualcomm을 주십시오.",
        "Only where the model's owner agreed: give --send-to-qualcomm to measure or agent.",
    ),
    "aihub_plan": (
        "Qualcomm AI Hub에서는 할 수 없는 계획입니다: {what}",
        "Qualcomm AI Hub cannot do what the plan asks for: {what}",
        "계획에서 그것을 빼거나, 장비에 에이전트를 두고 다른 런타임으로 측정하십시오.",
        "Leave it out of the plan, or measure with another runtime by an agent on the device.",
    ),
    "aihub_option": (
        "target.{name}에 쓸 수 없는 값입니다: {value}",
        "target.{name} cannot be this: {value}",
        "다음 가운데에서 고르십시오: {known}",
        "Choose from these: {known}",
    ),
    "aihub_config": (
        "AI Hub 계정 설정을 쓸 수 없습니다: {file} ({reason})",
        "The AI Hub account's settings cannot be used: {file} ({reason})",
        "'qai-hub configure'로 client.ini를 만들고 그 경로를 QAIHUB_CLIENT_INI에 적으십시오. api_url은 https여야 합니다.",
        "Make a client.ini with 'qai-hub configure' and name it in QAIHUB_CLIENT_INI. Its api_url must be https.",
    ),
    "aihub_token": (
        f"AI Hub가 이 계정의 토큰을 받아들이지 않습니다. {_NO_VERDICT_KO}",
        f"AI Hub does not accept this account's token. {_NO_VERDICT_EN}",
        "AI Hub의 계정 화면에서 토큰을 확인하고 client.ini를 고치십시오.",
        "Check the token on the account page of AI Hub and correct client.ini.",
    ),
    "aihub_device_unknown": (
        "AI Hub에 이런 장비가 없습니다: {device}",
        "AI Hub has no such device: {device}",
        "target의 device에 정확한 이름을, os에 있는 판을 적으십시오. 가까운 장비: {nearest}",
        "Write the exact name in target.device and a system it has in target.os. Nearest: {nearest}",
    ),
    "aihub_operator": (
        "그 장비로 옮길 수 없는 연산자가 있습니다: {operator} ({reason})",
        "The model cannot be brought to that device because of this operator: {operator} ({reason})",
        "그 연산자를 지원되는 것으로 바꾸거나 target.target_runtime을 바꾸어 다시 측정하십시오.",
        "Replace that operator by a supported one, or try another target.target_runtime.",
    ),
    "aihub_model": (
        "AI Hub가 이 모델을 읽지 못합니다: {reason}",
        "AI Hub cannot read this model: {reason}",
        "모델을 다시 내보내십시오. 정적 모양과 널리 쓰이는 opset을 권합니다.",
        "Export the model again, best with fixed shapes and a common opset.",
    ),
    "aihub_inputs": (
        "AI Hub가 이 입력을 받아들이지 않습니다: {reason}",
        "AI Hub does not take these inputs: {reason}",
        "계획의 inputs에 적은 이름, 모양, 자료형을 모델과 맞추십시오.",
        "Make the names, shapes and types in the plan's inputs those of the model.",
    ),
    "aihub_memory": (
        "장비의 메모리나 저장 공간이 모자랍니다({failure}): {reason}",
        "The device ran out of memory or space ({failure}): {reason}",
        "모델을 양자화하거나 줄이고, 또는 더 큰 장비를 고르십시오.",
        "Quantise the model or make it smaller, or choose a larger device.",
    ),
    "aihub_device_time": (
        "장비에서 제한 시간 안에 끝나지 않았습니다: {reason}",
        "The model did not finish within the device's time limit: {reason}",
        "모델을 가볍게 하거나 min_samples를 더 많은 processes에 나누십시오.",
        "Make the model lighter, or share min_samples over more processes.",
    ),
    "aihub_crashed": (
        "모델이 장비에서 비정상 종료되었습니다: {reason}",
        "The model crashed on the device: {reason}",
        "target.target_runtime이나 target.compute_unit을 바꾸어 다시 측정하십시오. 자세한 기록: {url}",
        "Try another target.target_runtime or target.compute_unit. The full log: {url}",
    ),
    "aihub_versions": (
        "모델을 만든 도구와 장비의 판이 서로 맞지 않습니다: {reason}",
        "The versions of the tool that made the model and of the device do not fit: {reason}",
        "미리 컴파일하지 않은 원본 모델을 측정하십시오.",
        "Measure the original model, not a precompiled one.",
    ),
    "aihub_failed": (
        "AI Hub에서 작업이 실패했습니다({failure}): {reason}",
        "The job failed at AI Hub ({failure}): {reason}",
        "기록을 보십시오: {url}",
        "See its log: {url}",
    ),
    "aihub_refused": (
        f"AI Hub가 요청을 거절했습니다: {{reason}} {_NO_VERDICT_KO}",
        f"AI Hub refuses the request: {{reason}} {_NO_VERDICT_EN}",
        "이유를 보고 계획의 target과 inputs를 고치십시오.",
        "See the reason and correct the plan's target and inputs.",
    ),
    "aihub_no_samples": (
        "AI Hub가 원본 표본을 주지 않았습니다. 추정값만으로는 측정이 되지 않습니다.",
        "AI Hub gave no raw samples; an estimate alone is no measurement.",
        "target.target_runtime을 바꾸거나, 장비에 에이전트를 두고 측정하십시오.",
        "Try another target.target_runtime, or measure by an agent on the device.",
    ),
    "aihub_too_large": (
        "AI Hub가 받기에 모델이 너무 큽니다.",
        "The model is too large for AI Hub.",
        "모델을 줄이거나, 장비에 에이전트를 두고 측정하십시오.",
        "Make the model smaller, or measure by an agent on the device.",
    ),
    "aihub_busy": (
        f"AI Hub가 지금 작업을 해내지 못합니다({{reason}}). {_NO_VERDICT_KO}",
        f"AI Hub cannot do the job at present ({{reason}}). {_NO_VERDICT_EN}",
        "나중에 다시 측정하십시오.",
        "Measure again later.",
    ),
    "aihub_unavailable": (
        f"AI Hub에 연결할 수 없거나 연결이 끊겼습니다. {_NO_VERDICT_KO}",
        f"AI Hub cannot be reached, or the connection broke. {_NO_VERDICT_EN}",
        "망과 client.ini의 api_url을 확인하고 나중에 다시 측정하십시오.",
        "Check the network and api_url in client.ini, and measure again later.",
    ),
    "aihub_time_limit": (
        f"AI Hub의 결과를 {{seconds}}초까지 기다렸으나 오지 않았습니다. {_NO_VERDICT_KO}",
        f"No result came from AI Hub within {{seconds}} s. {_NO_VERDICT_EN}",
        "나중에 다시 측정하거나 DIDIMDOL_AIHUB_SECONDS를 늘리십시오. 그곳의 작업은 계속됩니다.",
        "Measure again later, or raise DIDIMDOL_AIHUB_SECONDS. The job there goes on.",
    ),
    "aihub_client_old": (
        f"AI Hub가 이 판의 클라이언트를 더는 받지 않습니다. {_NO_VERDICT_KO}",
        f"AI Hub no longer takes this version of its client. {_NO_VERDICT_EN}",
        "requirements/aihub.txt를 새로 만들고 .venv-aihub를 다시 설치하십시오.",
        "Make requirements/aihub.txt anew and install .venv-aihub again.",
    ),
    "aihub_answer": (
        f"AI Hub의 답이 규칙에 맞지 않아 받아들이지 않았습니다. {_NO_VERDICT_KO}",
        f"An answer of AI Hub is against the rules and was not taken. {_NO_VERDICT_EN}",
        "나중에 다시 측정하고, 되풀이되면 운영자에게 알리십시오.",
        "Measure again later; if it happens again, tell the operator.",
    ),
    "aihub_fault": (
        f"AI Hub와 말하는 프로그램에 오류가 있습니다. {_NO_VERDICT_KO}",
        f"The program that speaks to AI Hub has a fault. {_NO_VERDICT_EN}",
        "운영자에게 알리십시오.",
        "Tell the operator.",
    ),
}
