"""Who may switch a rule on. All staff draft, edit and try rules; those whom ``reward_approvers`` names switch them on."""

from opensky.devo.members.manager import MemberManager, normal_email
from opensky.devo.members.objects import MemberId
from opensky.devo.rewards.objects import RewardRule
from opensky.devo.rewards.repository import KeptRule
from opensky.kernel.errors import Denied
from opensky.settings import Settings


class NotApproved(Denied):
    """Somebody else has to switch this rule on; nothing was changed."""


class Approval:
    """Knows the approvers. Where nobody is named, everybody of the staff is one, and may approve what they wrote themselves."""

    def __init__(self, settings: Settings, members: MemberManager) -> None:
        self._approvers = {normal_email(each) for each in settings.reward_approvers.split(",") if each.strip()}
        self._members = members

    def refusal(self, rule: RewardRule | KeptRule, who: MemberId) -> str:
        """Say why somebody may not switch a rule on; nothing if they may."""
        if not self._approvers:
            return ""
        if normal_email(self._members.shown(who).email) not in self._approvers:
            return "Only an approver switches a reward on. Ask one of them to look at it."
        if rule.edited_by == who and len(self._approvers) > 1:
            return "You edited this reward last, so another approver has to switch it on."
        return ""

    def refuse(self, rule: RewardRule | KeptRule, who: MemberId) -> None:
        """Raise ``NotApproved`` unless somebody may switch a rule on."""
        refusal = self.refusal(rule, who)
        if refusal:
            raise NotApproved(refusal, rule=str(rule.id))
